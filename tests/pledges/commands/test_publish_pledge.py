import pytest
from django.core.management.base import CommandError

from pledges.models import Edition
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
