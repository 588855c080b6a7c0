"""What an edition of each kind may and must change."""

import pytest

from pledges.models import Pledge, Review
from tests.factories import make_pledge, make_published_pledge, make_rated_pledge, make_verdict, publish
from tests.pledges.actions.hindrances import reasons

pytestmark = pytest.mark.django_db


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


def test_the_quotation_changes_only_in_a_correction() -> None:
    pledge = make_published_pledge()
    Pledge.objects.update(quotation="We will give everyone two lemons")

    assert "only in a correction" in reasons(pledge, kind="update")
    Review.objects.filter(edition=None).delete()
    assert reasons(pledge, kind="correction") == ""


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
