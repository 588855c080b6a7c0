import datetime as dt

import pytest

from pledges.actions import checks, reviews
from pledges.desk import desk_of
from pledges.models import Pledge
from tests.factories import make_approved_review, make_editor, make_pledge, make_published_pledge, make_review

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 3)


def test_a_review_waits_for_everybody_but_its_requester() -> None:
    review = make_review()

    assert list(desk_of(make_editor()).reviews_to_decide) == [review]
    assert list(desk_of(review.requested_by).reviews_to_decide) == []
    assert list(desk_of(review.requested_by).my_reviews) == [review]


def test_an_approved_review_waits_to_be_published() -> None:
    review = make_approved_review()

    assert list(desk_of(make_editor()).reviews_to_publish) == [review]


def test_a_published_or_returned_review_waits_for_nobody() -> None:
    make_published_pledge()
    review = make_review()
    reviews.send_back(review, by=make_editor(), comment="No.")
    desk = desk_of(make_editor())

    assert [*desk.reviews_to_decide, *desk.reviews_to_publish] == []


def test_a_published_pledge_is_no_draft_until_it_changes() -> None:
    pledge = make_published_pledge()
    writer = pledge.verdicts.get().written_by
    assert list(desk_of(writer).drafts) == []

    Pledge.objects.update(draft_digest="something else")

    assert list(desk_of(writer).drafts) == [pledge]
    assert list(desk_of(make_editor()).drafts) == []


@pytest.mark.parametrize(("days", "listed"), [(-1, True), (0, True), (7, True), (8, False)])
def test_checks_are_listed_a_week_before_they_are_due(days: int, listed: bool) -> None:  # noqa: FBT001
    pledge = make_published_pledge()
    due = TODAY + dt.timedelta(days=days)
    checks.record(pledge, checked_on=TODAY - dt.timedelta(days=30), next_due_on=due, by=make_editor())

    assert bool(desk_of(make_editor(), today=TODAY).checks_due) is listed


@pytest.mark.parametrize(("answer_by", "listed"), [("2026-03-02", True), ("2026-03-03", False)])
def test_a_reply_is_awaited_once_its_date_is_past(answer_by: str, listed: bool) -> None:  # noqa: FBT001
    make_pledge().replies.create(asked_of="The ministry", asked_on="2026-01-01", answer_by=answer_by)

    assert bool(desk_of(make_editor(), today=TODAY).replies_awaited) is listed
