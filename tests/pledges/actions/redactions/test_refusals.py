"""An order that cannot be carried out whole is not carried out at all."""

from typing import Any

import pytest

from pledges.actions import drafts
from pledges.actions.publishing_rule import NotPublishableError
from pledges.models import Pledge
from tests.factories import make_editor, make_pledge, make_published_pledge, make_site_text, publish
from tests.pledges.actions.redactions.orders import NAME, STEM, make_administrator, redact, whole_database

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("label", ["promisor", "topic", "department", "rating", "text"])
def test_a_text_that_a_label_would_bring_back_is_refused_until_that_is_changed(label: str) -> None:
    pledge = make_published_pledge(background=f"{NAME} ate it.")
    verdict = pledge.verdicts.get()
    row: Any = {"rating": verdict.rating, "text": make_site_text()}.get(label) or getattr(pledge, label)
    field = "draft" if label == "text" else "name"
    before = getattr(row, field)
    row_alone = type(row).objects.filter(pk=row.pk)
    row_alone.update(**{field: f"The lemons of {NAME}"})

    with pytest.raises(NotPublishableError, match="holds the text: change that first, in the admin"):
        redact(pledge)
    row_alone.update(**{field: before})
    redact(pledge)

    assert STEM not in whole_database()


def test_a_link_that_only_the_parser_reads_is_refused() -> None:
    pledge = make_published_pledge(background="By Rudolf [Rassen](/x '))')dyll. Rudolf Rassendyll.")

    with pytest.raises(NotPublishableError, match="Readers would still see the text"):
        redact(pledge)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"passages": ["King of Ruritania"]}, "No edition of this pledge holds that text"),
        ({"passages": ["ab"]}, "at least 3 characters"),
        ({"passages": ["The second time"]}, "The public line of entry 2 itself holds the text"),
        ({"reason": f"{NAME} asked for it."}, "The reason itself holds the text"),
        ({"reason": " "}, "Say why"),
        ({"sequences": [2]}, "The current edition cannot be blanked as a whole"),
        ({"sequences": [7, 1]}, "no entries of this pledge with a content: 7"),
        ({"sequences": [1], "passages": [NAME]}, "Name either entries or texts"),
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(
    pledge: Pledge, changed: dict[str, Any], says: str
) -> None:
    people = {"by": make_administrator(), "approved_by": make_administrator()}
    before = whole_database()

    with pytest.raises(NotPublishableError, match=says):
        redact(pledge, **people, **changed)

    assert whole_database() == before


def test_a_text_with_marks_within_is_found_and_refused_until_it_is_named_as_written() -> None:
    pledge = make_published_pledge(background="The **old** king ate it. The old king.")

    with pytest.raises(NotPublishableError, match=r"field “background” of .* as it is written there"):
        redact(pledge, passages=["The old king"])
    redact(pledge, passages=["The old king", "The **old** king"])

    pledge.refresh_from_db()
    assert pledge.background == "[removed] ate it. [removed]."


def test_a_text_with_marks_within_blanks_earlier_editions() -> None:
    pledge = make_published_pledge(background="The **old** king ate it.")
    Pledge.objects.update(background="The old king did.")
    publish(drafts.settle(pledge), kind="update")
    with pytest.raises(NotPublishableError, match="as it is written there"):
        redact(pledge, passages=["The old king"])  # the history of the row has it still

    assert redact(pledge, passages=["The old king", "The **old** king"]).blanked == [1, 2]


def test_a_text_in_an_address_cannot_be_removed() -> None:
    pledge = make_published_pledge()

    with pytest.raises(NotPublishableError, match="cannot be blanked"):
        redact(pledge, passages=[pledge.topic.slug, "A cart of lemons"])


def test_a_pledge_that_was_never_published_has_nothing_to_redact() -> None:
    with pytest.raises(NotPublishableError, match="never published"):
        redact(make_pledge(background=NAME))


def test_one_person_is_not_enough(pledge: Pledge) -> None:
    alone = make_administrator()

    with pytest.raises(NotPublishableError, match="two people"):
        redact(pledge, by=alone, approved_by=alone)


@pytest.mark.parametrize("role", ["by", "approved_by"])
@pytest.mark.parametrize("fields", [{"is_superuser": False}, {"is_superuser": True, "is_active": False}])
def test_both_people_need_the_permission_and_their_account(pledge: Pledge, role: str, fields: dict[str, bool]) -> None:
    with pytest.raises(NotPublishableError, match="may not take part"):
        redact(pledge, **{role: make_editor(**fields)})
