from django.db import transaction
from django.utils import timezone

from tracker.newsletter.models import ConsentEvent, Subscription

_REACHABLE = [Subscription.State.PENDING, Subscription.State.CONFIRMED]


@transaction.atomic
def record(subscription: int) -> None:
    """The receiving mail server says that nobody gets mail at this address: write to it no more."""
    reachable = Subscription.objects.filter(pk=subscription, state__in=_REACHABLE)
    now = timezone.now()
    if reachable.update(state=Subscription.State.BOUNCED, changed_at=now):
        ConsentEvent.objects.create(
            subscription_id=subscription,
            kind=ConsentEvent.Kind.BOUNCED,
            how=ConsentEvent.How.MAIL_SERVER,
            happened_at=now,
        )
