import pytest
from django.core.management.base import CommandError
from pytest_django import Settings

from pledges import purging
from pledges.actions import addresses
from tests.factories import make_pledge, make_published_pledge, publish
from tests.pages.surfaces import PICTURE
from tests.pledges.commands.calling import call

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("slug", ["old-lemon", "new-lemon"])
def test_every_address_of_a_pledge_is_listed_and_told(
    slug: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    def take(listed: list[str], tags: list[str]) -> str:
        told.extend([*listed, *tags])
        return ""

    settings.PURGE_URL = "http://127.0.0.1:9/"
    monkeypatch.setattr(purging, "purge", take)
    pledge = make_published_pledge(slug="old-lemon", background=f"![A lemon](/media/{PICTURE})")
    addresses.move(pledge, to="new-lemon")
    pledge.refresh_from_db()
    publish(pledge, kind="withdrawal")

    said = call("purge_addresses", slug).splitlines()

    for path in ("pledges/old-lemon/", "pledges/new-lemon/card.png", f"media/{PICTURE}"):
        assert f"https://tracker.test/{path}" in said
        assert f"https://tracker.test/{path}" in told
    assert {"lists", "purge:pledge:old-lemon", "purge:pledge:new-lemon", f"picture:{PICTURE}"} <= set(told)


def test_it_fails_when_the_cache_does_not_answer(settings: Settings) -> None:
    settings.PURGE_URL = "http://127.0.0.1:9/"

    with pytest.raises(CommandError, match="could not be told"):
        call("purge_addresses", make_published_pledge().slug)


def test_what_was_never_published_has_none() -> None:
    with pytest.raises(CommandError, match="No pledge was ever published"):
        call("purge_addresses", make_pledge().slug)
