import pytest

from pledges import entries
from pledges.models import Edition
from tests.factories import make_published_pledge, publish

pytestmark = pytest.mark.django_db


def test_entries_come_newest_first_with_the_words_of_their_line() -> None:
    pledge = make_published_pledge()
    edition = publish(pledge, kind="update", change_note="A cart came.")

    newest, first = entries.page(5).entries

    assert (newest.sequence, newest.number, newest.change_note) == (2, 2, "A cart came.")
    assert (newest.kind_label, newest.slug, newest.headline) == ("Update", pledge.slug, pledge.headline)
    assert (newest.actor, newest.approver) == (edition.actor.handle, edition.approver.handle)
    assert newest.rating == first.rating is not None


def test_a_withdrawn_pledge_is_listed_without_its_headline() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal")

    assert {entry.headline for entry in entries.page(5).entries} == {""}


def sequences(**place: int) -> tuple[list[int], int | None, int | None]:
    page = entries.page(2, **place)
    return [entry.sequence for entry in page.entries], page.newer_than, page.older_than


def test_pages_lead_from_one_to_the_next_and_back() -> None:
    pledge = make_published_pledge()
    for _ in range(4):
        publish(pledge)

    assert sequences() == ([5, 4], None, 4)
    assert sequences(before=4) == ([3, 2], 3, 2)
    assert sequences(before=2) == ([1], 1, None)
    assert sequences(after=3) == ([5, 4], None, 4)
    assert sequences(after=1) == ([3, 2], 3, 2)
    assert sequences(before=6) == ([5, 4], None, 4)


def test_before_the_first_edition_there_is_nothing() -> None:
    page = entries.page(2)

    assert (page.entries, page.head, page.newer_than, page.older_than) == ([], None, None, None)
    assert not Edition.objects.exists()
