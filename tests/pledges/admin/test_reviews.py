"""The buttons of a review's page."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from pledges.models import Edition, Review
from tests.factories import make_rated_pledge, make_review
from tests.pledges.admin.test_journey import address_of, send

pytestmark = pytest.mark.django_db


def test_publishing_before_the_time_asked_for_approves_nothing_either(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())
    Review.objects.filter(pk=review.pk).update(publish_at=timezone.now() + timedelta(days=1))

    response = send(reviewers_desk, address_of(review), {"publish": "1"})

    review.refresh_from_db()
    assert response.status_code == 409
    assert review.decision == ""
    assert not Edition.objects.exists()


def test_a_refused_comment_comes_back(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())

    response = send(reviewers_desk, address_of(review), {"send_back": "1", "comment": "Look \u202e again"})

    review.refresh_from_db()
    assert response.status_code == 409
    assert "again</textarea>" in response.content.decode()
    assert review.decision == ""


def test_a_review_is_sent_back_once(reviewers_desk: Client) -> None:
    review = make_review(make_rated_pledge())
    send(reviewers_desk, address_of(review), {"send_back": "1", "comment": "Name the carts."})

    response = send(reviewers_desk, address_of(review), {"send_back": "1", "comment": "Never mind."}, opened="/admin/")

    review.refresh_from_db()
    assert response.status_code == 409
    assert review.comment == "Name the carts."
