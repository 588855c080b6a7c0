import datetime as dt
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from pytest_django import Settings

from pledges.actions import editions, reviews, throttles
from pledges.actions.publishing_rule import NotPublishableError
from pledges.models import Edition, Pledge, Review, Throttle
from tests.factories import make_approved_review, make_published_pledge, make_review

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def publish_due() -> str:
    output = StringIO()
    call_command("publish_due", stdout=output, stderr=output)
    return output.getvalue()


def due_since(review: Review, ago: dt.timedelta) -> None:
    Review.objects.filter(pk=review.pk).update(publish_at=timezone.now() - ago)


def test_publishes_what_is_due_with_the_real_time() -> None:
    due_since(make_approved_review(), 5 * HOUR)
    started = timezone.now()

    assert "is now published as edition 1" in publish_due()

    assert Edition.objects.get().published_at >= started


def test_a_withdrawal_of_which_the_cache_could_not_be_told_stands_and_the_others_go_out(settings: Settings) -> None:
    settings.PURGE_URL = "http://127.0.0.1:9/"
    due_since(make_approved_review(make_published_pledge(), kind="withdrawal"), 2 * HOUR)
    due_since(make_approved_review(), HOUR)

    with pytest.raises(CommandError, match="Of 1 withdrawals the cache could not be told"):
        publish_due()

    assert [edition.kind for edition in Edition.objects.order_by("pk")] == ["first", "withdrawal", "first"]


def test_again_does_nothing() -> None:
    due_since(make_approved_review(), HOUR)
    publish_due()

    assert publish_due() == ""
    assert Edition.objects.count() == 1


@pytest.mark.parametrize("ago", [-HOUR, None])
def test_leaves_alone_what_is_not_due(ago: dt.timedelta | None) -> None:
    review = make_approved_review()
    if ago:
        due_since(review, ago)

    assert publish_due() == ""
    assert not Edition.objects.exists()


def test_leaves_alone_what_nobody_approved() -> None:
    due_since(make_review(), HOUR)

    assert publish_due() == ""


def test_one_that_changed_does_not_hold_up_the_others() -> None:
    changed, ready = make_approved_review(), make_approved_review()
    for review in (changed, ready):
        due_since(review, HOUR)
    Pledge.objects.filter(pk=changed.pledge_id).update(headline="Changed meanwhile")

    with pytest.raises(CommandError, match="1 reviews could not be published"):
        publish_due()

    assert Edition.objects.get().pledge_id == ready.pledge_id


def test_a_time_in_the_past_cannot_be_set() -> None:
    with pytest.raises(NotPublishableError, match="must lie in the future"):
        reviews.schedule(make_approved_review(), publish_at=timezone.now() - HOUR)


def test_a_time_can_be_taken_away() -> None:
    review = reviews.schedule(make_approved_review(), publish_at=timezone.now() + HOUR)

    assert reviews.schedule(review, publish_at=None).publish_at is None


def test_what_has_a_later_time_is_not_published_before_it() -> None:
    review = reviews.schedule(make_approved_review(), publish_at=timezone.now() + HOUR)

    with pytest.raises(NotPublishableError, match="A later time was set"):
        editions.publish(review)


def test_counts_of_limits_are_forgotten_when_their_time_is_over() -> None:
    hourly = throttles.Limit("lemons", most=5, per=HOUR)
    throttles.count(hourly, "an old network", now=timezone.now() - 2 * HOUR)
    throttles.count(hourly, "a new one", now=timezone.now())

    publish_due()

    assert Throttle.objects.get().key == hourly.key("a new one")
