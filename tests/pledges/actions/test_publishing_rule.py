"""Who may approve, and what has to be said and shown before anything is published."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from pledges.actions import addresses, drafts
from pledges.actions.publishing_rule import NotPublishableError, reasons_not_to_publish, reasons_of_effect
from pledges.guards import remove_guards
from pledges.models import Pledge, Rating, Review, Source
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rated_pledge,
    make_rating,
    make_review,
    make_source,
    make_verdict,
)
from tests.pledges.actions.hindrances import reasons

pytestmark = pytest.mark.django_db


def test_a_whole_pledge_is_ready() -> None:
    assert reasons(make_rated_pledge()) == ""


def test_a_pledge_without_a_verdict_is_ready_as_not_yet_rated() -> None:
    assert reasons(make_pledge()) == ""


def test_approve_refuses_the_writer_of_the_verdict() -> None:
    pledge = make_rated_pledge()

    assert "neither wrote nor requested" in reasons(pledge, by=pledge.verdicts.get().written_by)


def test_approve_refuses_the_writer_of_changed_evidence() -> None:
    pledge = make_published_pledge()
    evidence = pledge.evidence.get()
    pledge.evidence.update(title="Lemons delivered at last")

    assert "neither wrote nor requested" in reasons(pledge, by=evidence.written_by)


def test_the_writer_of_what_is_published_already_may_approve_what_others_add() -> None:
    pledge = make_published_pledge()
    make_evidence(pledge)

    assert reasons(pledge, by=pledge.verdicts.get().written_by) == ""


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"happened_on": "2025-13"}, "is not a day of the calendar"),
        ({"account": "[" * 501}, "501 “[” signs"),
        ({"title": "left\u202eright"}, "hidden character"),
    ],
)
def test_rows_that_no_form_would_let_through_are_named(changed: dict[str, str], reason: str) -> None:
    review = make_review()
    review.pledge.evidence.update(**changed)

    assert reason in " ".join(reasons_not_to_publish(review, by=make_editor()))


def test_a_review_of_such_rows_is_not_taken() -> None:
    pledge = make_rated_pledge()
    pledge.evidence.update(happened_on="2025-13")

    with pytest.raises(NotPublishableError, match="not a day of the calendar"):
        make_review(pledge)


def test_evidence_needs_a_source() -> None:
    review = make_review()
    review.pledge.evidence.get().sources.clear()

    assert "has no source" in " ".join(reasons_not_to_publish(review, by=make_editor()))


def test_a_verdict_of_tomorrow_waits() -> None:
    pledge = make_rated_pledge()
    make_verdict(pledge, effective_on=(timezone.localdate() + dt.timedelta(days=1)).isoformat())

    assert "in the future" in reasons(pledge)


def test_a_verdict_cannot_be_older_than_its_pledge() -> None:
    pledge = make_rated_pledge(made_on="2025-06")
    make_verdict(pledge, effective_on="not after 2025-05")

    assert "before the pledge was made" in reasons(pledge)


def test_a_summary_has_sixty_words_at_most() -> None:
    pledge = make_rated_pledge()
    make_verdict(pledge, summary="lemon " * 61)

    assert "more than 60 words" in reasons(pledge)


@pytest.mark.parametrize("family", ["kept", "partly", "broken"])
def test_a_closed_rating_needs_a_primary_source_or_a_sentence(family: str) -> None:
    pledge = make_pledge()
    make_evidence(pledge, sources=[make_source(kind="news")])
    verdict = make_verdict(pledge, rating=make_rating(family=family))
    assert "needs a primary source" in reasons(pledge)
    Review.objects.all().delete()

    pledge.verdicts.filter(pk=verdict.pk).update(no_primary_reason="The ministry burned down.")

    assert reasons(pledge) == ""


def test_an_open_rating_needs_no_primary_source() -> None:
    pledge = make_pledge()
    make_verdict(pledge, rating=make_rating(family="moving"))

    assert reasons(pledge) == ""


def test_an_undecided_rating_says_what_is_missing_and_who_was_asked() -> None:
    pledge = make_pledge()
    make_verdict(pledge, rating=make_rating(family="undecided"), missing="A count of lemons.")

    assert "what is missing and who was asked" in reasons(pledge)


def test_a_published_pledge_keeps_its_address_until_it_is_moved() -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(slug="somewhere-else")

    assert "keeps its address" in reasons(Pledge.objects.get(pk=pledge.pk))


def test_the_address_that_another_pledge_once_had_cannot_be_published() -> None:
    old = make_published_pledge(slug="old-lemon")
    addresses.move(old, to="new-lemon")

    assert "has, or once had, the address" in reasons(make_rated_pledge(slug="old-lemon"))


def test_a_published_verdict_that_was_tampered_with_stops_publication() -> None:
    pledge = make_published_pledge()
    remove_guards(connection)
    pledge.verdicts.update(summary="Nobody has a lemon.")

    assert "was changed or removed" in reasons(pledge)


def test_a_renamed_rating_does_not() -> None:
    pledge = make_published_pledge()
    Rating.objects.update(name="Squeezed dry")

    assert reasons(pledge) == ""


@pytest.mark.parametrize("record", ["pledge", "evidence", "replies"])
def test_whoever_saved_a_row_since_the_last_edition_cannot_approve(record: str) -> None:
    pledge, saver = make_published_pledge(), make_editor()
    pledge.replies.create(asked_of="The ministry", asked_on="2026-01-01", answer_by="2026-01-08")
    row: Any = pledge if record == "pledge" else getattr(pledge, record).get()
    row._history_user = saver
    row.save()

    assert "neither wrote nor requested" in reasons(Pledge.objects.get(), by=saver)


@pytest.mark.parametrize(
    ("changed", "bars"),
    [({"archived_url": "https://archive.example/1", "link_state": "broken"}, False), ({"title": "X"}, True)],
)
def test_an_archived_copy_is_no_writing_but_another_title_is(changed: dict[str, str], bars: bool) -> None:  # noqa: FBT001
    pledge, saver = make_published_pledge(), make_editor()
    source: Any = Source.objects.filter(evidence__pledge=pledge).get()
    for name, value in changed.items():
        setattr(source, name, value)
    source._history_user = saver
    source.save()
    drafts.settle_citing(source)

    assert ("neither wrote nor requested" in reasons(pledge, by=saver)) is bars


@pytest.mark.parametrize("description", ["", " ", "describe the picture"])
def test_a_picture_needs_a_description(description: str) -> None:
    pledge = make_rated_pledge(background=f"Look: ![{description}](/media/{'a' * 32}.png)")

    assert "A picture is not described" in reasons(pledge)


def test_a_described_picture_is_ready() -> None:
    assert reasons(make_rated_pledge(background=f"Look: ![A lemon](/media/{'a' * 32}.png)")) == ""


@pytest.mark.parametrize("effective_on", ["not after 2999", "between 2025-06 and 2999", "not before 2999", "2999"])
def test_a_bound_in_the_future_is_no_date_of_effect(effective_on: str) -> None:
    assert list(reasons_of_effect(effective_on, made_on="2024"))


def test_a_bound_that_has_begun_is_a_date_of_effect() -> None:
    year = timezone.localdate().year

    for effective_on in (str(year), f"between 2025-06 and {year}", "not before 2025-06", "not after 2025-06"):
        assert not list(reasons_of_effect(effective_on, made_on="2024"))
