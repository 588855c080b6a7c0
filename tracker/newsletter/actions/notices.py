"""Short messages to those who follow a pledge, after a new verdict or a correction: at most one a day for each person."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from pledges import changes
from pledges.labels import Labels
from pledges.models import Edition
from tracker.newsletter.actions.deliveries import Parcel
from tracker.newsletter.digest import Line, lines_of
from tracker.newsletter.models import Delivery, Follow

# Older changes are not told any more, so notices older than this are not needed to know what was.
WINDOW = timedelta(days=30)
MOST_AT_ONCE = 5000

_TOLD = """(SELECT MAX(n.told_until) FROM newsletter_delivery AS n
    WHERE n.subscription_id = {person} AND n.kind = 'notice' AND n.state IN ('sending', 'sent', 'unknown', 'failed'))"""
_QUEUE = f"""INSERT INTO newsletter_delivery
        (kind, subscription_id, notice_on, state, attempts, due_at, claimed_by, error)
    SELECT DISTINCT 'notice', s.id, %(today)s, 'queued', 0, %(now)s, '', ''
    FROM pledges_edition AS e
    JOIN pledges_publicpledge AS p ON p.pledge_id = e.pledge_id AND p.withdrawn_at IS NULL
    JOIN newsletter_follow AS f ON f.pledge_id = e.pledge_id AND f.since < e.published_at
    JOIN newsletter_subscription AS s ON s.id = f.subscription_id AND s.state = 'confirmed'
    WHERE e.kind IN ('verdict', 'correction') AND e.sequence > %(floor)s
    AND e.sequence > COALESCE({_TOLD.format(person="s.id")}, 0)
    AND NOT EXISTS (SELECT 1 FROM newsletter_delivery AS n WHERE n.subscription_id = s.id AND n.kind = 'notice'
        AND (n.state IN ('queued', 'claimed', 'sending') OR n.settled_at >= %(midnight)s))
    LIMIT %(most)s
    ON CONFLICT DO NOTHING"""
_MARK = f"""UPDATE newsletter_delivery
    SET told_after = COALESCE(told_after, {_TOLD.format(person="newsletter_delivery.subscription_id")}, %(floor)s),
        told_until = COALESCE(told_until, (SELECT MAX(sequence) FROM pledges_edition))
    WHERE id = %(key)s"""


@dataclass
class Queue:
    """Looks for notices that are due whenever the log or the day is another than the last time: nothing else makes one due."""

    looked: tuple[int, date] | None = None

    def queue_due(self) -> int:
        seen = (_head(), timezone.localdate())
        if seen == self.looked:
            return 0
        queued = queue_due()
        self.looked = seen
        return queued


def queue_due() -> int:
    """Put a notice into the outbox for everybody who has not heard yet of a change, nor got a notice today."""
    queued = 0
    while more := _queue():
        queued += more
        if more < MOST_AT_ONCE:
            break
    return queued


def mark_told(parcel: Parcel) -> None:
    """Settle, before it begins, between which entries of the log a notice tells; a later try tells the same."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"key": parcel.key, "floor": _floor()})


def lines_for(parcel: Parcel) -> tuple[Line, ...]:
    """Give what a notice tells; nothing when the person follows none of it any more, or it was withdrawn."""
    told_after, told_until = Delivery.objects.values_list("told_after", "told_until").filter(pk=parcel.key).first() or (
        0,
        0,
    )
    follows = list(
        Follow.objects.filter(subscription=parcel.subscription).values_list("pledge", "pledge__public__slug", "since")
    )
    since = {slug: moment for _pledge, slug, moment in follows}
    pledges = [pledge for pledge, _slug, _since in follows]
    told = changes.of_verdicts(pledges, told_after or 0, told_until or 0, Labels())
    return tuple(lines_of(change for change in told if change.published_at > since[change.slug]))


def _queue() -> int:
    now = timezone.now()
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(now), time.min))
    stored: dict[str, Any] = {
        "now": connection.ops.adapt_datetimefield_value(now),
        "midnight": connection.ops.adapt_datetimefield_value(midnight),
        "today": connection.ops.adapt_datefield_value(timezone.localdate(now)),
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUEUE, {**stored, "floor": _floor(), "most": MOST_AT_ONCE})
        return int(cursor.rowcount)


def _head() -> int:
    return Edition.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0


def _floor() -> int:
    """Give the last entry of the log that is too old to be told."""
    older = Edition.objects.filter(published_at__lte=timezone.now() - WINDOW).order_by("-sequence")
    return older.values_list("sequence", flat=True).first() or 0
