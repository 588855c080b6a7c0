"""What a subscriber or an editor changes of a subscription: each change once, with a consent event."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from pledges.actions import throttles
from pledges.models import Editor
from tracker.newsletter import tokens, wording
from tracker.newsletter.actions import sign_ups
from tracker.newsletter.actions.consent import gets_of
from tracker.newsletter.models import ConsentEvent, Delivery, SignUp, Subscription

Kind = ConsentEvent.Kind
How = ConsentEvent.How
State = Subscription.State


def find_by_leave_token(token: str) -> Subscription | None:
    return Subscription.objects.filter(leave_hash=tokens.token_hash(token)).first()


@transaction.atomic
def change(subscription: Subscription, *, digest: bool, pledge_slugs: Iterable[str], now: datetime) -> Subscription:
    """Keep of the pledges that somebody follows only these, and begin or end the digest; who keeps nothing leaves."""
    subscription = _locked(subscription)
    if subscription.state != State.CONFIRMED:
        return subscription
    before, begins = gets_of(subscription), digest and not subscription.wants_digest
    subscription.follows.exclude(pledge__public__slug__in=list(pledge_slugs)).delete()
    subscription.wants_digest = digest
    if not gets_of(subscription):
        return _leave(subscription, how=How.LINK, now=now)
    if gets_of(subscription) != before:
        _save(subscription, now=now)
        # Whoever wants more than before agrees anew, to the words beside the button.
        agreed = {"wording_id": wording.VERSION} if begins else {}
        _record(subscription, Kind.CHANGED, how=How.LINK, happened_at=now, **agreed)
    return subscription


@transaction.atomic
def leave(subscription: Subscription, *, how: How, now: datetime) -> Subscription:
    """Send nothing more to somebody, whatever was queued; once however often it is asked."""
    subscription = _locked(subscription)
    if subscription.state in {State.UNSUBSCRIBED, State.SUPPRESSED}:
        return subscription
    return _leave(subscription, how=how, now=now)


def _leave(subscription: Subscription, *, how: How, now: datetime) -> Subscription:
    _take_everything(subscription, now=now)
    subscription.state = State.UNSUBSCRIBED
    _save(subscription, now=now)
    _record(subscription, Kind.LEFT, how=how, happened_at=now)
    return subscription


@transaction.atomic
def erase(subscription: Subscription, *, how: How, now: datetime, by: Editor | None = None) -> Subscription:
    """Forget the address and everything but that somebody agreed and left; their leave link goes on working.

    An address that must not be written to stays: without it anybody could sign it up again.
    """
    if subscription.address:
        # Before the lock: the sender locks a waiting sign-up first and its subscription second. No other may be locked
        # yet: whoever confirms locks the subscription first.
        SignUp.objects.waiting().filter(address=subscription.address).delete()
    subscription = _locked(subscription)
    if subscription.address is not None and subscription.state != State.SUPPRESSED:
        erase_locked(subscription, how=how, now=now, by=by)
    return subscription


def erase_locked(subscription: Subscription, *, how: How, now: datetime, by: Editor | None = None) -> None:
    """Erase what the caller has locked; a sign-up that waits stays, for whoever typed it meanwhile comes back."""
    assert subscription.address is not None
    _take_everything(subscription, now=now)
    subscription.sign_ups.all().delete()
    for limit in (sign_ups.ONE_A_DAY, sign_ups.THREE_IN_ALL):
        throttles.forget(limit, subscription.address)
    subscription.address, subscription.state = None, State.UNSUBSCRIBED
    _save(subscription, now=now)
    _record(subscription, Kind.ERASED, how=how, happened_at=now, by=by)


@transaction.atomic
def suppress(address: str, *, by: Editor, now: datetime) -> Subscription:
    """Never write to an address again, whoever types it into the form; it need not be known to us."""
    subscription = sign_ups.find_or_make(address, now=now)
    if subscription.state != State.SUPPRESSED:
        _take_everything(subscription, now=now)
        subscription.state = State.SUPPRESSED
        _save(subscription, now=now)
        _record(subscription, Kind.SUPPRESSED, how=How.EDITOR, happened_at=now, by=by)
    return subscription


@transaction.atomic
def mark_bounced(subscription: Subscription, *, how: How, now: datetime, by: Editor | None = None) -> Subscription:
    """Send nothing more to an address that cannot be reached, until somebody confirms it anew."""
    subscription = _locked(subscription)
    if subscription.state == State.CONFIRMED:
        _take_everything(subscription, now=now)
        subscription.state = State.BOUNCED
        _save(subscription, now=now)
        _record(subscription, Kind.BOUNCED, how=how, happened_at=now, by=by)
    return subscription


def _locked(subscription: Subscription) -> Subscription:
    return Subscription.objects.select_for_update().get(pk=subscription.pk)


def _take_everything(subscription: Subscription, *, now: datetime) -> None:
    waiting = subscription.deliveries.filter(state=Delivery.State.QUEUED)
    waiting.update(state=Delivery.State.DROPPED, settled_at=now)
    SignUp.objects.unconfirmed_of(subscription.pk).delete()
    subscription.follows.all().delete()
    subscription.wants_digest = False


def _save(subscription: Subscription, *, now: datetime) -> None:
    subscription.changed_at = now
    subscription.save()


def _record(subscription: Subscription, kind: Kind, **fields: Any) -> None:
    ConsentEvent.objects.create(subscription=subscription, kind=kind, gets=gets_of(subscription), **fields)
