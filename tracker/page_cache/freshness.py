"""How long an answer is kept when the journal says nothing of it."""

import math
from contextlib import suppress
from datetime import datetime, timedelta

from pledges.views.reading import TRUE_UNTIL
from tracker.page_cache.entries import Headers

PAGE = "200"
_FRESH_FOR = 3600.0  # seconds until a page is made anew even if nothing moved
_FRESH_REFUSAL = 60.0  # of a page that is not there, or elsewhere
_KEPT = {PAGE: _FRESH_FOR, **dict.fromkeys(("301", "302", "404", "410", "451"), _FRESH_REFUSAL)}


def fresh_for(status: str, headers: Headers, *, asked_at: datetime, max_stale: float) -> float | None:
    """Give the seconds from when it was asked for, or None for what is not kept.

    A page is made anew after half the time for which it may be shown without the database: what was seen then can be.
    At midnight what is overdue changes.
    """
    usual = _KEPT.get(status[:3])
    if usual is None:
        return None
    return min(
        usual,
        max_stale / 2 or math.inf,
        seconds_to_midnight(asked_at),
        _by_its_own_word(headers) - asked_at.timestamp(),
    )


def seconds_to_midnight(now: datetime) -> float:
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return midnight.timestamp() - now.timestamp()


def without_word(headers: Headers) -> Headers:
    """Leave out what was said to this cache alone."""
    return [header for header in headers if header[0] != TRUE_UNTIL]


def _by_its_own_word(headers: Headers) -> float:
    """Give the moment until which an answer says that it is true."""
    with suppress(ValueError):
        return min((float(value) for name, value in headers if name == TRUE_UNTIL), default=math.inf)
    return 0.0
