import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pledges.actions import addresses, drafts, editions, reviews
from pledges.actions.publishing_rule import NotPublishableError, reasons_not_to_publish, reasons_of_effect
from pledges.guards import remove_guards
from pledges.models import Editor, Pledge, Rating, Review, Source
from tests.factories import (
    make_approved_review,
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rated_pledge,
    make_rating,
    make_review,
    make_source,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db


def reasons(pledge: Pledge, *, by: Editor | None = None, **options: str) -> str:
    return " ".join(reasons_not_to_publish(make_review(pledge, **options), by=by or make_editor()))


def test_a_whole_pledge_is_ready() -> None:
    assert reasons(make_rated_pledge()) == ""


def test_a_pledge_without_a_verdict_is_ready_as_not_yet_rated() -> None:
    assert reasons(make_pledge()) == ""


def test_approve_refuses_the_requester() -> None:
    review = make_review()

    with pytest.raises(NotPublishableError, match="neither wrote nor requested"):
        reviews.approve(review, by=review.requested_by)


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


@pytest.mark.parametrize(
    ("published", "kind", "change_note", "reason"),
    [
        (False, "update", "New.", "only that, is a first publication"),
        (True, "first", "New.", "only that, is a first publication"),
        (False, "first", "", "Say in a change note"),
        (True, "correction", "", "what was wrong and since when"),
        (True, "redaction", "New.", "made by the command redact"),
        (True, "verdict", "New.", "No new verdict would stand"),
    ],
)
def test_the_kind_must_fit(published: bool, kind: str, change_note: str, reason: str) -> None:  # noqa: FBT001
    pledge = make_published_pledge() if published else make_rated_pledge()

    assert reason in reasons(pledge, kind=kind, change_note=change_note)


@pytest.mark.parametrize("field", ["headline", "background", "made_in_locator"])
def test_a_minor_edition_needs_no_change_note(field: str) -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(**{field: "Put more plainly"})
    pledge.evidence.update(account="A cart of lemons came.")

    assert reasons(pledge, kind="minor", change_note="") == ""


def test_a_minor_edition_cannot_add_a_verdict() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge)

    assert "minor edition can change no more" in reasons(pledge, kind="minor")


@pytest.mark.parametrize(
    "changed", [{"kind": "abstain"}, {"due_on": "2030"}, {"made_on": "2024"}, {"quotation_note": "As overheard."}]
)
def test_a_minor_edition_cannot_change_the_pledge(changed: dict[str, str]) -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(**changed)

    assert "minor edition can change no more" in reasons(pledge, kind="minor")


@pytest.mark.parametrize(
    "changed",
    [{"title": "Limes delivered"}, {"quotation": "Limes!"}, {"direction": "against"}, {"happened_on": "2025"}],
)
def test_a_minor_edition_cannot_change_what_evidence_says(changed: dict[str, str]) -> None:
    pledge = make_published_pledge()
    pledge.evidence.update(**changed)

    assert "minor edition can change no more" in reasons(pledge, kind="minor")


def test_a_renamed_label_can_go_out_in_a_minor_edition() -> None:
    pledge = make_published_pledge()
    type(pledge.topic).objects.update(name="All about lemons")

    assert reasons(pledge, kind="minor") == ""


def test_a_minor_edition_cannot_bring_back_a_withdrawn_pledge() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal")

    assert "This pledge is withdrawn" in reasons(pledge, kind="minor")


def test_a_verdict_that_an_older_date_puts_earlier_is_no_new_verdict() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-02")

    assert "No new verdict would stand" in reasons(pledge, kind="verdict")


def test_a_correcting_verdict_needs_a_correction() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, corrects=pledge.verdicts.get())

    assert "so this edition is a correction" in reasons(pledge, kind="update")


def test_a_verdict_cannot_correct_that_of_another_pledge() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, corrects=make_published_pledge().verdicts.get())

    assert "only a published verdict of the same pledge" in reasons(pledge, kind="correction")


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


def test_the_quotation_changes_only_in_a_correction() -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(quotation="We will give everyone two lemons")

    assert "only in a correction" in reasons(pledge, kind="update")
    Review.objects.filter(edition=None).delete()
    assert reasons(pledge, kind="correction") == ""


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


@pytest.mark.parametrize(
    ("kind", "sentence"), [("update", "The rating would change"), ("withdrawal", "leaves the rating as it is")]
)
def test_a_changed_rating_is_a_verdict_or_a_correction(kind: str, sentence: str) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-06")

    assert sentence in reasons(pledge, kind=kind)


@pytest.mark.parametrize("kind", ["verdict", "correction"])
def test_a_verdict_or_a_correction_changes_the_rating(kind: str) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-06")

    assert reasons(pledge, kind=kind) == ""


def test_a_first_rating_after_the_first_edition_is_a_verdict_too() -> None:
    pledge = make_pledge()
    publish(pledge)
    make_verdict(pledge, no_primary_reason="None is known.")

    assert "The rating would change" in reasons(pledge, kind="update")


@pytest.mark.parametrize("effective_on", ["not after 2999", "between 2025-06 and 2999", "not before 2999", "2999"])
def test_a_bound_in_the_future_is_no_date_of_effect(effective_on: str) -> None:
    assert list(reasons_of_effect(effective_on, made_on="2024"))


def test_a_bound_that_has_begun_is_a_date_of_effect() -> None:
    year = timezone.localdate().year

    for effective_on in (str(year), f"between 2025-06 and {year}", "not before 2025-06", "not after 2025-06"):
        assert not list(reasons_of_effect(effective_on, made_on="2024"))


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
