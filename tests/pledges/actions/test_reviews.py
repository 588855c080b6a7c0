"""A review is asked for, decided once by somebody else, or taken back."""

from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from pledges.actions import addresses, editions, reviews
from pledges.actions.publishing_rule import NotPublishableError
from pledges.models import Pledge, Review
from tests.factories import make_approved_review, make_editor, make_pledge, make_published_pledge, make_review, publish

pytestmark = pytest.mark.django_db


def test_approve_refuses_the_requester() -> None:
    review = make_review()

    with pytest.raises(NotPublishableError, match="neither wrote nor requested"):
        reviews.approve(review, by=review.requested_by)


def test_the_database_refuses_an_approval_by_the_requester() -> None:
    review = make_review()
    by_hand = {"decision": "approved", "decided_by": review.requested_by, "decided_at": timezone.now()}

    with pytest.raises(IntegrityError, match="review_is_approved_by_another"), transaction.atomic():
        Review.objects.update(**by_hand)


def test_the_database_refuses_a_decision_without_a_person() -> None:
    make_review()

    with pytest.raises(IntegrityError, match="review_decision_has_who_and_when"), transaction.atomic():
        Review.objects.update(decision="approved")


def test_approve_refuses_a_changed_pledge() -> None:
    review = make_review()
    Pledge.objects.update(background="Changed by one byte")

    with pytest.raises(NotPublishableError, match="changed since the review was asked for"):
        reviews.approve(review, by=make_editor())


def test_approve_refuses_somebody_whose_account_is_off() -> None:
    with pytest.raises(NotPublishableError, match="switched off"):
        reviews.approve(make_review(), by=make_editor(is_active=False))


def test_a_review_is_decided_once() -> None:
    review = make_review()
    reviews.approve(review, by=make_editor())

    with pytest.raises(NotPublishableError, match="decided already"):
        reviews.approve(review, by=make_editor())


def test_a_pledge_has_one_open_review() -> None:
    review = make_review()

    with pytest.raises(NotPublishableError, match="already open"):
        make_review(review.pledge)


def test_a_review_that_was_sent_back_makes_room_for_another() -> None:
    review = make_review()
    reviews.send_back(review, by=make_editor(), comment="Which lemons?")

    assert make_review(review.pledge).decision == Review.Decision.WAITING


def test_a_published_review_cannot_be_sent_back() -> None:
    pledge = make_published_pledge()

    with pytest.raises(NotPublishableError, match="published already"):
        reviews.send_back(Review.objects.get(pledge=pledge), by=make_editor(), comment="Too late.")


def test_publishing_again_needs_a_new_review() -> None:
    pledge = make_published_pledge()

    assert publish(pledge, kind="update").number == 2


def test_a_minor_edition_changes_something() -> None:
    with pytest.raises(NotPublishableError, match="Nothing differs"):
        publish(make_published_pledge(), kind="minor")


def test_who_asked_takes_a_review_back_until_it_is_decided() -> None:
    review = make_review()
    with pytest.raises(NotPublishableError, match="Only who asked"):
        reviews.take_back(review, by=make_editor())

    reviews.take_back(review, by=review.requested_by)

    assert not Review.objects.exists()


def test_an_approved_review_is_not_taken_back() -> None:
    review = make_approved_review()

    with pytest.raises(NotPublishableError, match="until it is decided"):
        reviews.take_back(review, by=review.requested_by)


def test_sending_back_says_what_has_to_change() -> None:
    with pytest.raises(NotPublishableError, match="Say what has to change"):
        reviews.send_back(make_review(), by=make_editor(), comment=" ")


@pytest.mark.parametrize("act", ["approve", "send_back", "take_back", "schedule", "publish"])
def test_what_is_done_to_a_review_that_was_taken_back_meanwhile_is_refused_in_words(act: str) -> None:
    stale = make_review()
    reviews.take_back(Review.objects.get(), by=stale.requested_by)
    other = make_editor()
    acts: dict[str, Callable[[], object]] = {
        "approve": lambda: reviews.approve(stale, by=other),
        "send_back": lambda: reviews.send_back(stale, by=other, comment="x"),
        "take_back": lambda: reviews.take_back(stale, by=stale.requested_by),
        "schedule": lambda: reviews.schedule(stale, publish_at=None),
        "publish": lambda: editions.approve_and_publish(stale, by=other),
    }

    with pytest.raises(NotPublishableError, match="taken back meanwhile"):
        acts[act]()


def test_a_review_of_a_pledge_that_was_deleted_meanwhile_is_refused_in_words() -> None:
    stale = make_pledge()
    Pledge.objects.all().delete()

    with pytest.raises(NotPublishableError, match="deleted meanwhile"):
        reviews.request(stale, kind="first", change_note="x", by=make_editor())
    with pytest.raises(ValidationError, match="deleted meanwhile"):
        addresses.move(stale, to="elsewhere")
