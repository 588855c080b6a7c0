"""The outbox: every step of a message on its way. Each commits by itself, so a sender may die between any two."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tracker.newsletter import breaker
from tracker.newsletter.models import Delivery, Issue

BATCH = 100
RETRIES = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
]

Kind, State = Delivery.Kind, Delivery.State

# Read again when a message is claimed and when it is about to be handed over: whoever has left gets nothing.
_WANTED = {
    Kind.ISSUE: """EXISTS (SELECT 1 FROM newsletter_subscription AS s
        WHERE s.id = newsletter_delivery.subscription_id AND s.state = 'confirmed' AND s.wants_digest)""",
    Kind.NOTICE: """EXISTS (SELECT 1 FROM newsletter_subscription AS s
        JOIN newsletter_follow AS f ON f.subscription_id = s.id
        WHERE s.id = newsletter_delivery.subscription_id AND s.state = 'confirmed')""",
    Kind.CONFIRMATION: """EXISTS (SELECT 1 FROM newsletter_signup AS u
        JOIN newsletter_subscription AS s ON s.id = newsletter_delivery.subscription_id
        WHERE u.id = newsletter_delivery.sign_up_id AND u.token IS NOT NULL AND u.confirmed_at IS NULL
        AND u.expires_at > %(now)s AND s.address IS NOT NULL AND s.state <> 'suppressed')""",
}
_CLAIM = """WITH due AS MATERIALIZED (
        SELECT id FROM newsletter_delivery
        WHERE state = 'queued' AND kind = %(kind)s AND {of_issue} AND due_at <= %(now)s
        ORDER BY due_at LIMIT %(most)s {locking}
    )
    UPDATE newsletter_delivery
    SET state = CASE WHEN {wanted} THEN 'claimed' ELSE 'dropped' END, claimed_by = %(by)s, claimed_at = %(now)s
    WHERE id IN (SELECT id FROM due) RETURNING id, state"""
# One statement, and so one commit, for the end of one message and the beginning of the next.
_BEGIN = """UPDATE newsletter_delivery
    SET claimed_at = %(now)s,
        settled_at = CASE WHEN id = %(done)s OR NOT {wanted} THEN %(now)s ELSE settled_at END,
        error = CASE WHEN id = %(done)s THEN '' ELSE error END, state = CASE
        WHEN id = %(done)s THEN 'sent'
        WHEN NOT {wanted} THEN 'dropped'
        WHEN issue_id IS NULL THEN 'sending'
        WHEN EXISTS (SELECT 1 FROM newsletter_issue AS i WHERE i.id = issue_id AND i.state = 'sending') THEN 'sending'
        ELSE 'queued' END
    WHERE id IN (%(key)s, %(done)s) AND claimed_by = %(by)s
        AND (id = %(key)s AND state = 'claimed' OR id = %(done)s AND state IN ('sending', 'unknown'))
    RETURNING id, state"""
# A sender that was taken for dead, and was only slow, knows better than “unknown”.
_SENT = """UPDATE newsletter_delivery SET state = 'sent', settled_at = %(now)s, error = ''
    WHERE id = %(key)s AND claimed_by = %(by)s AND state IN ('sending', 'unknown')"""
_QUEUE_ISSUE = """INSERT INTO newsletter_delivery (kind, subscription_id, issue_id, state, attempts, due_at, claimed_by, error)
    SELECT 'issue', id, %(issue)s, 'queued', 0, %(now)s, '', '' FROM newsletter_subscription
    WHERE state = 'confirmed' AND wants_digest ORDER BY id
    ON CONFLICT DO NOTHING"""


@dataclass(frozen=True)
class Parcel:
    """A delivery that a sender has claimed, and what it needs to know of the person."""

    key: int
    kind: str
    issue: int | None
    sign_up: int | None
    subscription: int
    attempts: int
    address: str
    leave_token: str
    leave_hash: str


def queue_issue(issue: Issue) -> int:
    """Put one message for each subscriber of the digest into the outbox; gives how many are new."""
    return _change(_QUEUE_ISSUE, issue=issue.pk)


def claim(*, by: str, most: int = BATCH) -> list[Parcel]:
    """Take messages that are due: confirmations first, then notices, then issues. Empty when nothing is due."""
    issues = Issue.objects.filter(state=Issue.State.SENDING).order_by("started_at").values_list("pk", flat=True)
    for kind, issue in [(Kind.CONFIRMATION, None), (Kind.NOTICE, None), *((Kind.ISSUE, key) for key in issues)]:
        while touched := _claim(kind, issue, by=by, most=most):
            if parcels := list(_parcels(key for key, state in touched if state == State.CLAIMED)):
                return parcels
    return []


def begin(parcel: Parcel, *, by: str, after: Parcel | None = None) -> bool:
    """Say that a message is about to be handed over, and that the one before was; whether it is still to be."""
    statement = _BEGIN.format(wanted=_WANTED[Kind(parcel.kind)])
    states = dict(_fetch(statement, key=parcel.key, by=by, done=after.key if after else 0))
    return bool(states.get(parcel.key) == State.SENDING)


def record_sent(parcel: Parcel, *, by: str) -> None:
    _change(_SENT, key=parcel.key, by=by)


def defer(parcel: Parcel, *, by: str, error: str) -> None:
    """Try again after a while that grows, and give up after the last."""
    if parcel.attempts >= len(RETRIES):
        settle(parcel, State.FAILED, by=by, error=error)
    else:
        due_at = timezone.now() + RETRIES[parcel.attempts]
        _own(parcel, by).update(**_FREE, due_at=due_at, attempts=F("attempts") + 1, error=error)


def settle(parcel: Parcel, state: Delivery.State, *, by: str, error: str) -> None:
    """Say how a message ended that was not sent."""
    _own(parcel, by).update(state=state, settled_at=timezone.now(), error=error)


def drop(parcel: Parcel, *, by: str) -> None:
    """Do not send what has nothing to tell any more."""
    claimed = Delivery.objects.filter(pk=parcel.key, claimed_by=by, state=State.CLAIMED)
    claimed.update(state=State.DROPPED, settled_at=timezone.now(), error="nothing left to tell")


def release(*, by: str) -> None:
    """Put back what a sender has claimed and not begun."""
    Delivery.objects.filter(claimed_by=by, state=State.CLAIMED).update(**_FREE)


def recover(*, dead: Iterable[str]) -> int:
    """Put back what dead senders had claimed; what they were handing over becomes uncertain. Gives how many."""
    theirs = Delivery.objects.filter(claimed_by__in=list(dead))
    theirs.filter(state=State.CLAIMED).update(**_FREE)
    return theirs.filter(state=State.SENDING).update(
        state=State.UNKNOWN, settled_at=timezone.now(), error="the sender died"
    )


def record_arrived(delivery: Delivery) -> bool:
    """A person found out that an uncertain message arrived. Whether it was still uncertain."""
    uncertain = Delivery.objects.filter(pk=delivery.pk, state=State.UNKNOWN)
    return bool(uncertain.update(state=State.SENT, settled_at=timezone.now()))


@transaction.atomic
def send_again(delivery: Delivery) -> bool:
    """A person decides that a message that failed or is uncertain be sent again. Whether it still was."""
    if delivery.issue_id is not None:
        lock(delivery.issue_id)
    ended = Delivery.objects.filter(pk=delivery.pk, state__in=[State.UNKNOWN, State.FAILED])
    is_queued = bool(ended.update(**_FREE, attempts=0, due_at=timezone.now(), settled_at=None, error=""))
    if is_queued:
        finished = Issue.objects.filter(deliveries=delivery.pk, state=Issue.State.SENT)
        finished.update(state=Issue.State.SENDING, finished_at=None)
    return is_queued


def lock(issue: int) -> Issue:
    """Lock an issue, before any of its messages: whoever ends its sending and whoever begins it anew wait for each other."""
    return Issue.objects.select_for_update(no_key=True).get(pk=issue)


_FREE: dict[str, Any] = {"state": State.QUEUED, "claimed_by": "", "claimed_at": None}


@transaction.atomic
def _claim(kind: Delivery.Kind, issue: int | None, *, by: str, most: int) -> list[tuple[int, str]]:
    if kind == Kind.CONFIRMATION:
        if not Delivery.objects.filter(kind=kind, state=State.QUEUED, due_at__lte=timezone.now()).exists():
            return []
        _wait_for_turn()
        most = min(most, breaker.confirmations_left(now=timezone.now()))
    statement = _CLAIM.format(
        wanted=_WANTED[kind],
        of_issue="issue_id IS NULL" if issue is None else "issue_id = %(issue)s",
        locking="FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else "",
    )
    touched = _fetch(statement, kind=kind.value, issue=issue, by=by, most=most)
    if dropped := [key for key, state in touched if state == State.DROPPED]:
        Delivery.objects.filter(pk__in=dropped).update(settled_at=timezone.now())
    return touched


def _wait_for_turn() -> None:
    # Two that count at the same moment would both find room; SQLite lets only one write in any case.
    if connection.vendor == "postgresql":
        _fetch("SELECT pg_advisory_xact_lock(%(key)s)", key=_CONFIRMATIONS_LOCK)


_CONFIRMATIONS_LOCK = 7_318_645_102  # any number that nothing else uses


def _parcels(keys: Iterable[int]) -> Iterator[Parcel]:
    columns = ("pk", "kind", "issue", "sign_up", "subscription", "attempts")
    of_person = ("subscription__address", "subscription__leave_token", "subscription__leave_hash")
    rows = Delivery.objects.filter(pk__in=list(keys)).order_by("due_at", "pk")
    return (Parcel(*row) for row in rows.values_list(*columns, *of_person))


def _own(parcel: Parcel, by: str) -> Any:
    return Delivery.objects.filter(pk=parcel.key, claimed_by=by, state=State.SENDING)


def _fetch(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "now": _now()})
        return list(cursor.fetchall())


def _change(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**values, "now": _now()})
        return int(cursor.rowcount)


def _now() -> Any:
    now: datetime = timezone.now()
    return connection.ops.adapt_datetimefield_value(now)
