"""What happens to a sign-up: it is taken in, worked off by the sender, and confirmed by whoever gets the mail."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from pledges.actions import throttles
from tracker.newsletter import tokens, wording
from tracker.newsletter.actions import consent
from tracker.newsletter.models import ConsentEvent, Delivery, Follow, SignUp, Subscription

State = Subscription.State

LINK_LIVES = timedelta(hours=72)
ONE_A_DAY = throttles.Limit("confirmation of a day", most=1, per=timedelta(days=1))
THREE_IN_ALL = throttles.Limit("confirmations", most=3, per=timedelta(days=90), rests=True)


def take_in(address: str, *, digest: bool, pledge_id: int | None, now: datetime) -> SignUp:
    """Keep what somebody typed: one INSERT, whatever is known of the address."""
    return SignUp.objects.create(
        address=address, wants_digest=digest, pledge_id=pledge_id, wording_id=wording.VERSION, asked_at=now
    )


def work_off(limit: int) -> int:
    """Work off at most so many waiting sign-ups, each in a transaction of its own; gives how many there were."""
    done = 0
    while done < limit and _work_off_next():
        done += 1
    return done


def _work_off_next() -> bool:
    if not SignUp.objects.waiting().exists():
        return False  # without the lock that a transaction takes on SQLite
    with transaction.atomic():
        sign_up = SignUp.objects.waiting().select_for_update(skip_locked=True).order_by("pk").first()
        if sign_up is not None:
            _work_off(sign_up, now=timezone.now())
    return sign_up is not None


def _work_off(sign_up: SignUp, *, now: datetime) -> None:
    subscription = find_or_make(sign_up.address, now=now)
    sign_up.subscription, sign_up.worked_off_at = subscription, now
    if _needs_an_answer(sign_up, subscription, now=now) and _may_be_asked(sign_up.address, now=now):
        _ask(sign_up, subscription, now=now)
    sign_up.save()


def find_or_make(address: str, *, now: datetime) -> Subscription:
    """Give the locked subscription of an address, new and pending if there is none."""
    token = tokens.new_token()
    new = Subscription(
        address=address, leave_token=token, leave_hash=tokens.token_hash(token), created_at=now, changed_at=now
    )
    while True:
        # Not get_or_create: when two are at it, the message of the database's refusal would hold the address.
        Subscription.objects.bulk_create([new], ignore_conflicts=True)
        # Between the two it may be deleted or erased, as its time was over.
        if found := Subscription.objects.select_for_update().filter(address=address).first():
            return found


def _needs_an_answer(sign_up: SignUp, subscription: Subscription, *, now: datetime) -> bool:
    if subscription.state == State.SUPPRESSED or sign_up.asked_at + LINK_LIVES <= now:
        return False
    if subscription.state != State.CONFIRMED:
        return True
    gets_digest = subscription.wants_digest or not sign_up.wants_digest
    follows = sign_up.pledge_id is None or subscription.follows.filter(pledge=sign_up.pledge_id).exists()
    return not (gets_digest and follows)


def _may_be_asked(address: str, *, now: datetime) -> bool:
    return not throttles.count(ONE_A_DAY, address, now=now) and not throttles.count(THREE_IN_ALL, address, now=now)


def _ask(sign_up: SignUp, subscription: Subscription, *, now: datetime) -> None:
    """Give the sign-up its link and queue the mail that holds it."""
    sign_up.expires_at = sign_up.asked_at + LINK_LIVES
    sign_up.token = tokens.new_token_until(sign_up.expires_at)
    sign_up.token_hash = tokens.token_hash(sign_up.token)
    sign_up.save()
    Delivery.objects.create(kind=Delivery.Kind.CONFIRMATION, subscription=subscription, sign_up=sign_up, due_at=now)
    slugs = [sign_up.pledge.public.slug] if sign_up.pledge else []
    ConsentEvent.objects.create(
        subscription=subscription,
        kind=ConsentEvent.Kind.ASKED,
        how=ConsentEvent.How.FORM,
        happened_at=sign_up.asked_at,
        gets=consent.named(slugs, digest=sign_up.wants_digest),
        wording=sign_up.wording,
    )


def find_by_link(token: str) -> SignUp | None:
    return (
        SignUp.objects.filter(token_hash=tokens.token_hash(token))
        .select_related("subscription", "wording", "pledge__public")
        .first()
    )


def wishes(sign_up: SignUp, *, until: int) -> list[SignUp]:
    """List what a link confirms: its own sign-up, and later ones of the same person that got no link, up to a row."""
    assert sign_up.subscription_id is not None
    later = SignUp.objects.unconfirmed_of(sign_up.subscription_id).filter(pk__gt=sign_up.pk, pk__lte=until)
    return [sign_up, *later.filter(token=None).select_related("pledge__public")]


@transaction.atomic
def confirm(sign_up: SignUp, *, until: int, now: datetime) -> Subscription | None:
    """Subscribe whoever got the link to what it confirms, once however often it is pressed; nobody if that is gone by now."""
    subscription = Subscription.objects.select_for_update().filter(pk=sign_up.subscription_id or 0).first()
    still = SignUp.objects.select_for_update().filter(pk=sign_up.pk).first()
    if subscription is None or still is None:
        return None
    if still.confirmed_at is None and subscription.state != State.SUPPRESSED:
        _subscribe(subscription, wishes(still, until=until), now=now)
    return subscription


def _subscribe(subscription: Subscription, confirmed: list[SignUp], *, now: datetime) -> None:
    assert subscription.address is not None
    followed = {sign_up.pledge_id for sign_up in confirmed if sign_up.pledge_id is not None}
    Follow.objects.bulk_create(
        [Follow(subscription=subscription, pledge_id=pledge_id, since=now) for pledge_id in sorted(followed)],
        ignore_conflicts=True,
    )
    subscription.wants_digest = subscription.wants_digest or any(sign_up.wants_digest for sign_up in confirmed)
    subscription.state, subscription.changed_at = State.CONFIRMED, now
    subscription.save()
    SignUp.objects.filter(pk__in=[sign_up.pk for sign_up in confirmed]).update(confirmed_at=now)
    ConsentEvent.objects.create(
        subscription=subscription,
        kind=ConsentEvent.Kind.CONFIRMED,
        how=ConsentEvent.How.LINK,
        happened_at=now,
        gets=consent.gets_of(subscription),
        wording=confirmed[0].wording,
    )
    for limit in (ONE_A_DAY, THREE_IN_ALL):
        throttles.forget(limit, subscription.address)
