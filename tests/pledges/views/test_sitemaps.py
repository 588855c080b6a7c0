from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.actions import drafts
from pledges.models import Pledge, PublicPledge
from pledges.views import sitemaps
from tests.benchmarks.fictional import Country
from tests.factories import make_pledge, make_published_pledge, make_published_text, make_topic, publish, publish_at
from tests.pages.full_site import send_issue

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


def on(day: int) -> str:
    """Late in the evening in UTC: in London it is the next day."""
    return f"2025-07-{day:02}T23:30+00:00"


def test_a_pledge_and_its_groups_are_dated_by_its_last_edition_even_a_minor_one(client: Client) -> None:
    pledge = make_pledge(slug="lemon")
    publish_at(on(1), pledge)
    Pledge.objects.update(background="Lemons are sour, mostly.")
    publish_at(on(3), drafts.settle(Pledge.objects.get()), kind="minor")

    found = entries(client)

    names = ("", "pledges/", "topics/", "departments/", "promisors/", "log/", "pledges/lemon/")
    dated = [f"{SITE}/{name}" for name in names]
    dated += [f"{SITE}/topics/{pledge.topic.slug}/", f"{SITE}/departments/lemons/", f"{SITE}/promisors/lemon-party/"]
    assert {address: found[address] for address in dated} == dict.fromkeys(dated, "2025-07-04")
    assert found[f"{SITE}/updates/"] == "2025-07-02"
    assert found[f"{SITE}/methodology/"] is None


def test_a_topic_that_a_pledge_left_changed_then(client: Client) -> None:
    topic, to = make_topic(), make_topic()
    pledge = make_pledge(topic=topic)
    for number in (1, 2):
        publish_at(on(number), make_pledge(topic=topic) if number == 1 else pledge)
    Pledge.objects.filter(pk=pledge.pk).update(topic=to)
    publish_at(on(5), drafts.settle(Pledge.objects.get(pk=pledge.pk)))
    publish_at(on(9), pledge)

    found = entries(client)

    assert found[f"{SITE}/topics/{topic.slug}/"] == "2025-07-06"
    assert found[f"{SITE}/topics/{to.slug}/"] == "2025-07-10"


def test_the_corrections_are_dated_by_the_last_of_them(client: Client) -> None:
    pledge = make_pledge()
    publish_at(on(1), pledge)
    assert entries(client)[f"{SITE}/corrections/"] is None

    publish_at(on(2), pledge, kind="correction")
    publish_at(on(8), pledge)

    assert entries(client)[f"{SITE}/corrections/"] == "2025-07-03"


def test_past_newsletters_are_listed(client: Client) -> None:
    send_issue()

    found = entries(client)

    assert f"{SITE}/newsletter/issues/1/" in found
    assert found[f"{SITE}/newsletter/issues/"] is not None
    assert entries(client, "/sitemap-newsletters.xml").items() <= found.items()


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
@pytest.mark.parametrize("number", ["\u0661", "1", "0", "01", "-1", "+1", "1_0", "", "9" * 30, "999999"])
def test_a_part_that_is_not_there_is_not_found(client: Client, path: str, number: str) -> None:
    make_published_pledge()

    assert client.get(path, {"p": number}).status_code == 404


def test_a_large_site_has_an_index_of_sections_each_dated_by_the_last_change_in_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        publish_at(on(number), make_pledge())
    monkeypatch.setattr(sitemaps, "MOST_LINES", 2)

    index = entries(client)
    sections = {address: entries(client, address.removeprefix(SITE)) for address in index}
    listed = [address for section in sections.values() for address in section]

    assert sum("pledges.xml?p=" in address for address in index) >= 2
    assert len(listed) == len(set(listed))
    assert {f"{SITE}/pledges/{slug}/" for slug in PublicPledge.objects.values_list("slug", flat=True)} <= set(listed)
    assert index == {
        address: max((when for when in section.values() if when), default=None) for address, section in sections.items()
    }
    assert all(len(section) <= 2 for address, section in sections.items() if "-pledges" in address)


def test_a_part_of_a_large_site_costs_no_more_than_another(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemaps, "MOST_LINES", 10)
    Country().publish(35)

    for part in ("", "?p=2", "?p=4"):
        with django_assert_num_queries(1) as asked:
            client.get(f"/sitemap-pledges.xml{part}")
        assert "OFFSET" not in asked[0]["sql"]
    with django_assert_num_queries(17):
        client.get("/sitemap.xml")


def test_a_split_site_has_no_second_page_of_its_index(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_published_pledge()
    monkeypatch.setattr(sitemaps, "MOST_LINES", 1)

    assert client.get("/sitemap.xml").content.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex')
    for number in "12x":
        assert client.get(f"/sitemap.xml?p={number}").status_code == 404


def test_addresses_are_those_of_the_site_whatever_host_was_asked_for(client: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["tracker.test", "mirror.test"]
    make_published_pledge()

    assert all(address.startswith(f"{SITE}/") for address in entries(client, host="mirror.test"))


@pytest.mark.parametrize("path", ["/sitemap-lemons.xml", "/sitemap-pledges.xml?p=2", "/sitemap-pledges.xml?p=x"])
def test_a_map_that_does_not_exist_is_not_found(path: str, client: Client) -> None:
    assert client.get(path).status_code == 404
