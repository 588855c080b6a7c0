"""What is not there, or elsewhere: kept briefly, and until what changes it."""

import pytest
from django.test import Client

from pledges.actions import addresses
from tests.factories import make_published_pledge, publish

pytestmark = pytest.mark.django_db
BRIEFLY = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=600"


def words_of(client: Client, address: str) -> tuple[int, str | None, str | None]:
    response = client.get(address)
    return response.status_code, response.headers.get("Cache-Control"), response.headers.get("Surrogate-Key")


def test_a_pledge_that_moved_and_moved_back_leads_no_browser_in_a_circle(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    addresses.move(pledge, to="lime")
    assert words_of(client, "/pledges/lemon/") == (301, BRIEFLY, "site pledge:lemon")

    addresses.move(pledge, to="lemon")

    assert words_of(client, "/pledges/lime/") == (301, BRIEFLY, "site pledge:lime")
    assert client.get("/pledges/lemon/").status_code == 200


def test_what_was_withdrawn_has_its_tags(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal")

    assert words_of(client, "/pledges/lemon/") == (410, BRIEFLY, "site pledge:lemon")


@pytest.mark.parametrize(
    ("address", "status", "tags"),
    [
        ("/pledges/lemon/", 404, "site pledge:lemon"),
        ("/log/?after=17", 404, "site lists log"),
        ("/nowhere/", 404, "site"),
        ("/pledges", 301, "site"),
        ("/pledges/?topic=&q=lemon", 302, "site lists"),
    ],
)
def test_what_no_view_answers_is_kept_as_briefly(address: str, status: int, tags: str, client: Client) -> None:
    assert words_of(client, address) == (status, BRIEFLY, tags)


@pytest.mark.parametrize("address", ["/admin/nowhere/", "/accounts/nowhere/", "/newsletter/confirm/lemon/"])
def test_what_is_for_one_person_is_not(address: str, client: Client) -> None:
    assert "public" not in client.get(address).headers.get("Cache-Control", "")
