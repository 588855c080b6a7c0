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
    assert publish(pledge, kind="minor").number == 2


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
