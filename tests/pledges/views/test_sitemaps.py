from datetime import UTC, datetime
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import Settings

from pledges.models import PublicPledge
from pledges.views import sitemaps
from tests.factories import make_pledge, make_published_pledge, make_published_text, publish

pytestmark = pytest.mark.django_db
SCHEMA = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SITE = "https://tracker.test"


def entries(client: Client, path: str = "/sitemap.xml", *, host: str = "tracker.test") -> dict[str, str | None]:
    """Give what a map lists: each address with its date."""
    response = client.get(path, headers={"host": host})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(response.content)  # noqa: S314 (our own)
    return {str(place.findtext(f"{SCHEMA}loc")): place.findtext(f"{SCHEMA}lastmod") for place in root}


def test_a_pledge_and_its_groups_are_dated_by_its_last_change(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    PublicPledge.objects.update(changed_at=datetime(2025, 7, 1, 23, 30, tzinfo=UTC))

    found = entries(client)

    dated = [
        f"{SITE}/",
        f"{SITE}/pledges/",
        f"{SITE}/topics/",
        f"{SITE}/departments/",
        f"{SITE}/promisors/",
        f"{SITE}/updates/",
        f"{SITE}/pledges/lemon/",
    ]
    dated += [f"{SITE}/topics/{pledge.topic.slug}/", f"{SITE}/departments/lemons/", f"{SITE}/promisors/lemon-party/"]
    assert {address: found[address] for address in dated} == dict.fromkeys(dated, "2025-07-02")  # in London
    assert found[f"{SITE}/methodology/"] is None


def test_texts_are_listed_once_they_are_published(client: Client) -> None:
    assert f"{SITE}/about/" not in entries(client)

    published_at = make_published_text("about").published_at

    assert published_at is not None
    assert entries(client)[f"{SITE}/about/"] == published_at.strftime("%Y-%m-%d")


def test_drafts_and_withdrawn_pledges_are_in_no_map(client: Client) -> None:
    make_pledge(slug="draft-lemon")
    pledge = make_published_pledge(slug="bad-lemon")
    assert f"{SITE}/pledges/bad-lemon/" in entries(client)

    publish(pledge, kind="withdrawal", change_note="A hoax.")

    addresses = "\n".join([*entries(client), *entries(client, "/sitemap-pledges.xml")])
    assert "lemon/" not in addresses
    assert "lemons" not in addresses
    assert pledge.topic.slug not in addresses


@pytest.mark.parametrize("path", ["/sitemap.xml", "/sitemap-pledges.xml"])
@pytest.mark.parametrize("number", ["\u0661", "0", "01", "-1", "+1", "1_0", "", "9" * 30, "2"])
def test_a_part_that_is_not_there_is_not_found(client: Client, path: str, number: str) -> None:
    make_published_pledge()

    assert client.get(path, {"p": number}).status_code == 404


def test_a_large_site_has_an_index_of_sections(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_published_pledge()
    monkeypatch.setattr(sitemaps.DatedSitemap, "limit", 2)

    index = entries(client)
    listed = [address for section in index for address in entries(client, section.removeprefix(SITE))]

    assert f"{SITE}/sitemap-pledges.xml?p=2" in index
    assert len(listed) == len(set(listed))
    assert {f"{SITE}/pledges/{slug}/" for slug in PublicPledge.objects.values_list("slug", flat=True)} <= set(listed)


def test_addresses_are_those_of_the_site_whatever_host_was_asked_for(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["tracker.test", "mirror.test"]
    make_published_pledge()

    assert all(address.startswith(f"{SITE}/") for address in entries(client, host="mirror.test"))


@pytest.mark.parametrize("path", ["/sitemap-lemons.xml", "/sitemap-pledges.xml?p=2", "/sitemap-pledges.xml?p=x"])
def test_a_map_that_does_not_exist_is_not_found(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
