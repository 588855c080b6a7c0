import pytest
from django.core.management.base import CommandError
from pytest_django import Settings

from pledges.models import Edition, PublicPledge
from tests.factories import make_approved_review, make_published_pledge, make_review
from tests.pledges.commands.calling import call

pytestmark = pytest.mark.django_db


def test_publish_pledge_publishes_an_approved_review() -> None:
    review = make_approved_review()

    said = call("publish_pledge", review.pledge.slug)

    assert "is now published as edition 1, entry 1" in said


def test_publish_pledge_again_says_so() -> None:
    pledge = make_published_pledge()

    assert "was published already as edition 1" in call("publish_pledge", pledge.slug)


def test_publish_pledge_cannot_approve() -> None:
    review = make_review()

    with pytest.raises(CommandError, match="No approved review"):
        call("publish_pledge", review.pledge.slug)

    assert not Edition.objects.exists()


def test_publish_pledge_says_why_not() -> None:
    review = make_approved_review()
    type(review.pledge).objects.update(headline="Changed")

    with pytest.raises(CommandError, match="changed since"):
        call("publish_pledge", review.pledge.slug)


def test_publish_pledge_lists_what_caches_may_hold_of_a_withdrawn_page() -> None:
    review = make_approved_review(make_published_pledge(), kind="withdrawal")

    said = call("publish_pledge", review.pledge.slug)

    assert f"https://tracker.test/pledges/{review.pledge.slug}/editions/1/\n" in said


def test_a_withdrawal_of_which_the_cache_could_not_be_told_stands_and_says_so(settings: Settings) -> None:
    settings.PURGE_URL = "http://127.0.0.1:9/"
    review = make_approved_review(make_published_pledge(), kind="withdrawal")

    with pytest.raises(CommandError, match=f"could not be told.*purge_addresses {review.pledge.slug}$"):
        call("publish_pledge", review.pledge.slug)

    assert PublicPledge.objects.get().withdrawn_at
