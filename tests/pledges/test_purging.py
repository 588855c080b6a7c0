from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from pytest_django import Settings

from pledges import purging
from pledges.actions import addresses, drafts
from pledges.models import Pledge, PublicPledge
from tests.factories import make_published_pledge, make_topic, publish
from tests.pages.surfaces import PICTURE, PUBLIC_SURFACES, Surface

pytestmark = pytest.mark.django_db


def known_of(pledge: Pledge) -> list[str]:
    return purging.addresses_of(PublicPledge.objects.get(pledge=pledge), [PICTURE])


# The first is no page of the record; issues stay what was sent.
OTHERS = {"healthz", "newsletter-issue"}
SURFACES = [surface for surface in PUBLIC_SURFACES if surface.name not in OTHERS]


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.name)
def test_every_public_address_of_a_pledge_is_known(surface: Surface) -> None:
    """A surface with a new kind of parameter has to be taught to `pledges.purging`."""
    pledge = make_published_pledge()

    assert f"https://tracker.test{surface.path_for(pledge)}" in known_of(pledge)


def test_an_address_that_the_pledge_once_had_is_known() -> None:
    pledge = make_published_pledge()
    old = pledge.slug
    addresses.move(pledge, to="new-lemon")

    assert {f"https://tracker.test/pledges/{slug}/" for slug in (old, "new-lemon")} <= set(known_of(pledge))


def test_the_pages_of_a_topic_that_it_left_and_the_cards_of_its_editions_are_known() -> None:
    pledge = make_published_pledge()
    left = pledge.topic.slug
    Pledge.objects.filter(pk=pledge.pk).update(topic=make_topic())
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))

    paths = {address.removeprefix("https://tracker.test") for address in known_of(pledge)}

    assert {f"/topics/{left}/", f"/topics/{left}/feed.atom"} <= paths
    assert {f"/pledges/{pledge.slug}/card.png?v={number}" for number in (1, 2)} <= paths


def test_nothing_is_named_that_no_cache_holds() -> None:
    pledge = make_published_pledge()
    publish(pledge)

    paths = [address.removeprefix("https://tracker.test") for address in known_of(pledge)]

    elsewhere = ("/admin/", "/accounts/", "/healthz", "/readyz", "/newsletter/issues/1", "/newsletter/issues/2")
    assert [path for path in paths if path.startswith(elsewhere)] == []


def test_no_page_of_another_pledge_is_named() -> None:
    pledge, other = make_published_pledge(), make_published_pledge()

    assert not [address for address in known_of(pledge) if f"/{other.slug}/" in address]


def test_a_cache_is_told(settings: Settings) -> None:
    told: list[bytes] = []

    class Cache(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Cache) as server:
        Thread(target=server.handle_request, daemon=True).start()
        settings.PURGE_URL = f"http://127.0.0.1:{server.server_port}/purge"

        assert purging.purge(["https://tracker.test/"], ["lists"]) == ""

    assert told == [b'{"addresses": ["https://tracker.test/"], "tags": ["lists"]}']


def test_a_cache_that_does_not_answer_is_named(settings: Settings) -> None:
    settings.PURGE_URL = "http://127.0.0.1:9/purge"

    assert purging.purge([], []).startswith("The cache at PURGE_URL could not be told")
