"""What a review asked for and who decided it stays as it was."""

import pytest
from django.db import DatabaseError, transaction

from pledges.models import Edition, Review
from tests.factories import make_approved_review, make_editor

pytestmark = pytest.mark.django_db


def test_a_review_cannot_be_turned_into_another_request() -> None:
    review = make_approved_review()

    for changed in (
        {"kind": "withdrawal"},
        {"change_note": "Never approved."},
        {"content_digest": "f" * 64},
        {"copies_digest": ""},
    ):
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**changed)


def test_an_approval_cannot_be_given_to_somebody_else() -> None:
    review = make_approved_review()

    with pytest.raises(DatabaseError, match="only be taken back"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(decided_by=make_editor())


def test_a_published_review_can_neither_change_nor_go(edition: Edition) -> None:
    for attempt in (lambda: Review.objects.update(comment="Otherwise"), lambda: Review.objects.all().delete()):
        with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
            attempt()
