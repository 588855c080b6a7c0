import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Permission

from pledges.actions import checks, reviews
from pledges.desk import Waiting, desk_of
from pledges.models import Editor, Pledge
from tests.factories import (
    make_approved_review,
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rated_pledge,
    make_review,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 3)


def make_decider(editor: Editor | None = None) -> Editor:
    """Somebody who may decide and publish: a new editor, or this one from now on."""
    editor = editor or make_editor()
    editor.user_permissions.add(*Permission.objects.filter(codename__in=["decide_review", "publish_review"]))
    return Editor.objects.get(pk=editor.pk)


def waiting(found: Waiting | None) -> list[Any]:
    assert found is not None
    return found.rows


def test_a_review_waits_for_everybody_but_its_requester() -> None:
    review = make_review()

    assert waiting(desk_of(make_decider()).reviews_to_decide) == [review]
    assert waiting(desk_of(make_decider(review.requested_by)).reviews_to_decide) == []
    assert desk_of(review.requested_by).my_reviews.rows == [review]


def test_who_may_not_decide_or_publish_is_not_asked_to() -> None:
    make_review()
    make_approved_review()
    desk = desk_of(make_editor())

    assert (desk.reviews_to_decide, desk.reviews_to_publish) == (None, None)


@pytest.mark.parametrize("record", ["pledge", "verdict", "evidence", "reply"])
def test_a_review_does_not_wait_for_who_saved_a_row_of_it(record: str) -> None:
    pledge, saver, other = make_rated_pledge(), make_decider(), make_decider()
    pledge.replies.create(asked_of="The ministry", asked_on="2026-01-01", answer_by="2026-01-08")
    rows: dict[str, Any] = {"verdict": pledge.verdicts, "evidence": pledge.evidence, "reply": pledge.replies}
    row: Any = rows[record].get() if record in rows else pledge
    row._history_user = saver
    row.save()
    review = make_review(pledge)

    assert waiting(desk_of(saver).reviews_to_decide) == []
    assert waiting(desk_of(other).reviews_to_decide) == [review]


def test_what_somebody_wrote_of_an_earlier_edition_is_no_reason() -> None:
    pledge = make_published_pledge()
    writer = make_decider(pledge.verdicts.get().written_by)
    make_evidence(pledge)
    review = make_review(pledge)

    assert waiting(desk_of(writer).reviews_to_decide) == [review]
    assert waiting(desk_of(make_decider(pledge.evidence.latest("pk").written_by)).reviews_to_decide) == []


def test_a_long_list_is_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.desk.MOST", 2)
    reviews = [make_review() for _ in range(3)]

    found = desk_of(make_decider()).reviews_to_decide

    assert found == Waiting(reviews[:2], total=3)
    assert found.is_cut


def test_an_approved_review_waits_to_be_published() -> None:
    review = make_approved_review()

    assert waiting(desk_of(make_decider()).reviews_to_publish) == [review]


def test_a_published_or_returned_review_waits_for_nobody() -> None:
    make_published_pledge()
    review = make_review()
    reviews.send_back(review, by=make_editor(), comment="No.")
    desk = desk_of(make_decider())

    assert [*waiting(desk.reviews_to_decide), *waiting(desk.reviews_to_publish)] == []


def test_a_published_pledge_is_no_draft_until_it_changes() -> None:
    pledge = make_published_pledge()
    writer = pledge.verdicts.get().written_by
    assert desk_of(writer).drafts.rows == []

    Pledge.objects.update(draft_digest="something else")

    assert desk_of(writer).drafts.rows == [pledge]
    assert desk_of(make_editor()).drafts.rows == []


@pytest.mark.parametrize(("days", "listed"), [(-1, True), (0, True), (7, True), (8, False)])
def test_checks_are_listed_a_week_before_they_are_due(days: int, listed: bool) -> None:  # noqa: FBT001
    pledge = make_published_pledge()
    due = TODAY + dt.timedelta(days=days)
    checks.record(pledge, checked_on=TODAY - dt.timedelta(days=30), next_due_on=due, by=make_editor())

    assert bool(desk_of(make_editor(), today=TODAY).checks_due.rows) is listed


@pytest.mark.parametrize(("answer_by", "listed"), [("2026-03-02", True), ("2026-03-03", False)])
def test_a_reply_is_awaited_once_its_date_is_past(answer_by: str, listed: bool) -> None:  # noqa: FBT001
    make_pledge().replies.create(asked_of="The ministry", asked_on="2026-01-01", answer_by=answer_by)

    assert bool(desk_of(make_editor(), today=TODAY).replies_awaited.rows) is listed
