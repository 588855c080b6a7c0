"""How long the newsletter keeps what, each rule in batches that can be stopped and repeated at any time."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.newsletter.actions import sign_ups, subscriptions
from tracker.newsletter.models import ConsentEvent, Delivery, IssueTotal, SignUp, Subscription

AFTER_LEAVING = timedelta(days=30)
AFTER_BOUNCING = timedelta(days=90)
AFTER_SENDING = timedelta(days=90)
_AT_ONCE = 1000

State = Subscription.State


def purge(*, now: datetime) -> Iterator[tuple[Promise, int]]:
    """Do what is due, and say after each batch of what how many went."""
    for what, delete_some in _RULES.items():
        while deleted := delete_some(now):
            yield what, deleted


def _sign_ups(now: datetime) -> int:
    """Delete sign-ups with their links and confirmations, confirmed or not: their time is over."""
    return _delete_some(SignUp.objects.filter(asked_at__lte=now - sign_ups.LINK_LIVES))


@transaction.atomic
def _never_confirmed(now: datetime) -> int:
    """Delete who typed an address and never answered the mail, as if they had not been here."""
    old = Subscription.objects.filter(state=State.PENDING, created_at__lte=now - sign_ups.LINK_LIVES, sign_ups=None)
    keys = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    locked = Subscription.objects.filter(pk__in=keys).select_for_update().values_list("pk", flat=True)
    # Asked again under the lock: the sender may have taken in another sign-up of theirs meanwhile.
    still = list(old.filter(pk__in=list(locked)).values_list("pk", flat=True))
    ConsentEvent.objects.filter(subscription__in=still).delete()
    Subscription.objects.filter(pk__in=still).delete()
    return len(still)


def _left(now: datetime) -> int:
    return _erase_some(State.UNSUBSCRIBED, before=now - AFTER_LEAVING, now=now)


def _bounced(now: datetime) -> int:
    return _erase_some(State.BOUNCED, before=now - AFTER_BOUNCING, now=now)


def _erase_some(state: State, *, before: datetime, now: datetime) -> int:
    old = Subscription.objects.filter(state=state, changed_at__lte=before, address__isnull=False)
    old = old.filter(sign_ups=None)  # who is about to come back stays
    return sum(_erase(key, old, now=now) for key in list(old.values_list("pk", flat=True)[:_AT_ONCE]))


@transaction.atomic
def _erase(key: int, old: QuerySet[Subscription], *, now: datetime) -> bool:
    locked = Subscription.objects.filter(pk=key).select_for_update().first()
    # Asked again under the lock: they may have come back meanwhile.
    subscription = old.filter(pk=key).first() if locked else None
    if subscription is not None:
        subscriptions.erase_locked(subscription, how=ConsentEvent.How.RETENTION, now=now)
    return subscription is not None


@transaction.atomic
def _deliveries(now: datetime) -> int:
    """Delete who was sent what; how many there were of an issue is kept."""
    old = Delivery.objects.filter(settled_at__lte=now - AFTER_SENDING).select_for_update(skip_locked=True)
    rows = list(old.values_list("pk", "issue", "state")[:_AT_ONCE])
    for (issue_id, state), count in Counter(row[1:] for row in rows if row[1] is not None).items():
        total, _created = IssueTotal.objects.get_or_create(issue_id=issue_id, state=state)
        IssueTotal.objects.filter(pk=total.pk).update(deliveries=F("deliveries") + count)
    Delivery.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return len(rows)


def _delete_some(old: QuerySet[Model]) -> int:
    keys = list(old.values_list("pk", flat=True)[:_AT_ONCE])
    old.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)


_RULES: Mapping[Promise, Callable[[datetime], int]] = {
    _("sign-ups after 72 hours"): _sign_ups,
    _("addresses that nobody confirmed"): _never_confirmed,
    _("addresses of those who left 30 days ago"): _left,
    _("addresses that could not be reached 90 days ago"): _bounced,
    _("notes of who was sent what, after 90 days"): _deliveries,
}
