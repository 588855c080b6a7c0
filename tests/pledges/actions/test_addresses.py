import pytest

from pledges.actions import addresses
from pledges.actions.addresses import AddressTakenError
from pledges.models import Pledge, PublicPledge, RetiredSlug
from tests.factories import (
    make_published_pledge,
    publish,
)

pytestmark = pytest.mark.django_db


def test_move_keeps_the_old_address() -> None:
    pledge = make_published_pledge(slug="old-lemon")

    addresses.move(pledge, to="new-lemon")

    assert PublicPledge.objects.get().slug == Pledge.objects.get().slug == "new-lemon"
    assert RetiredSlug.objects.get().slug == "old-lemon"
    assert publish(pledge, kind="update").number == 2


def test_a_pledge_can_move_back() -> None:
    pledge = make_published_pledge(slug="old-lemon")
    addresses.move(pledge, to="new-lemon")

    addresses.move(pledge, to="old-lemon")

    assert RetiredSlug.objects.get().slug == "new-lemon"


@pytest.mark.parametrize("taken", ["first", "second"])
def test_an_address_is_never_given_to_another_pledge(taken: str) -> None:
    addresses.move(make_published_pledge(slug="first"), to="second")

    with pytest.raises(AddressTakenError):
        addresses.move(make_published_pledge(), to=taken)


def test_moving_to_where_it_is_already_changes_nothing() -> None:
    pledge = make_published_pledge(slug="lemon")

    addresses.move(pledge, to="lemon")

    assert not RetiredSlug.objects.exists()


def test_two_moves_of_the_same_stale_row_both_count() -> None:
    pledge = make_published_pledge(slug="first")
    stale = Pledge.objects.get()
    addresses.move(pledge, to="second")

    addresses.move(stale, to="third")

    assert set(RetiredSlug.objects.values_list("slug", flat=True)) == {"first", "second"}
    assert PublicPledge.objects.get().slug == "third"


def test_a_changed_draft_address_does_not_lose_the_public_one() -> None:
    pledge = make_published_pledge(slug="public")
    Pledge.objects.update(slug="draft")

    addresses.move(pledge, to="new")

    assert RetiredSlug.objects.get().slug == "public"
