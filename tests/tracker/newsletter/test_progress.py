import pytest
from django.utils import timezone

from tests.tracker.newsletter.outbox import make_sent_issue
from tests.tracker.newsletter.people import make_subscription
from tracker.newsletter.models import Delivery, IssueTotal
from tracker.newsletter.progress import Progress, progress_of

pytestmark = pytest.mark.django_db


def test_every_state_of_a_delivery_is_counted_once() -> None:
    issue = make_sent_issue()
    for state in Delivery.State.values:
        make_subscription().deliveries.create(kind="issue", issue=issue, state=state, due_at=timezone.now())
    IssueTotal.objects.create(issue=issue, state="sent", deliveries=10)

    progress = progress_of(issue)

    assert progress == Progress(sent=11, waiting=3, failed=1, uncertain=1, dropped=1)
    assert (progress.settled, progress.total) == (14, 17)
