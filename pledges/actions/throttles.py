"""Limits on what anybody may do how often, counted across processes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from pledges.models import Throttle

# One statement counts and reads: between two, another process could count as well.
_COUNT = """
    INSERT INTO pledges_throttle (key, count, until) VALUES (%(key)s, 1, %(until)s)
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN pledges_throttle.until <= %(now)s THEN 1 ELSE pledges_throttle.count + 1 END,
        until = CASE WHEN pledges_throttle.until <= %(now)s OR (%(rests)s = 1 AND pledges_throttle.count < %(most)s)
            THEN excluded.until ELSE pledges_throttle.until END
    RETURNING count, until
"""


@dataclass(frozen=True)
class Limit:
    """So many of something in a time that begins with the first; with `rests` it begins anew with each that passes.

    Only with `rests` are there never more in any time of that length: without, the end of one and the beginning of the
    next may hold nearly twice as many. Whoever changes DJANGO_SECRET_KEY begins all counts anew.
    """

    name: str
    most: int
    per: timedelta
    rests: bool = False

    def key(self, whom: str) -> str:
        return salted_hmac(f"pledges.throttles {self.name}", whom, algorithm="sha256").hexdigest()


def count(limit: Limit, whom: str, *, now: datetime) -> int:
    """Count one more; give the seconds to wait, which are 0 if this one passes."""
    moment = int(now.timestamp())
    values: dict[str, str | int] = {
        "key": limit.key(whom),
        "now": moment,
        "until": moment + int(limit.per.total_seconds()),
        "most": limit.most,
        "rests": int(limit.rests),
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        ((counted, until),) = cursor.fetchall()  # to the end: on SQLite the statement lasts until then
    return int(until) - moment if counted > limit.most else 0


def forget(limit: Limit, whom: str) -> None:
    """Begin to count anew."""
    Throttle.objects.filter(key=limit.key(whom)).delete()


def forget_ended(*, now: datetime) -> int:
    """Delete what no longer limits anything; gives how many there were."""
    return Throttle.objects.filter(until__lte=int(now.timestamp())).delete()[0]
