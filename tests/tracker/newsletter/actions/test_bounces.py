import pytest

from tests.tracker.newsletter.outbox import make_subscription
from tracker.newsletter.actions import bounces
from tracker.newsletter.models import ConsentEvent, Subscription

pytestmark = pytest.mark.django_db


def test_a_dead_mailbox_is_written_to_no_more_and_that_is_recorded_once() -> None:
    reader = make_subscription()

    bounces.record(reader.pk)
    bounces.record(reader.pk)

    assert Subscription.objects.get().state == "bounced"
    event = ConsentEvent.objects.get()
    assert (event.kind, event.how, event.by) == ("bounced", "mail-server", None)


def test_whoever_has_left_stays_as_they_are() -> None:
    reader = make_subscription(state="unsubscribed")

    bounces.record(reader.pk)

    assert Subscription.objects.get().state == "unsubscribed"
    assert not ConsentEvent.objects.exists()
