"""Every feed, as a reader of feeds takes it in."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import feedparser  # type: ignore[import-untyped]
import pytest
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from pledges.actions import addresses, drafts
from pledges.models import Department, Pledge, Promisor, Rating, Topic
from pledges.views import feeds
from tests.benchmarks.fictional import Country
from tests.factories import (
    make_changed_labels,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_rating,
    make_source,
    make_topic,
    make_verdict,
    publish,
)
from tests.pages.full_site import make_full_site
from tests.pledges.views.past import redact

pytestmark = pytest.mark.django_db

SITE = "https://tracker.test"
FEEDS = {
    "updates": "/updates/feed.atom",
    "corrections": "/corrections/feed.atom",
    "pledge": "/pledges/{slug}/feed.atom",
    "topic": "/topics/{topic}/feed.atom",
    "department": "/departments/{department}/feed.atom",
    "promisor": "/promisors/{promisor}/feed.atom",
}
EVERY_FEED = pytest.mark.parametrize("name", FEEDS)
ADDRESS = re.compile(r"(?:href|src)=\"([^\"]*)\"")


def path(name: str, pledge: Pledge) -> str:
    groupings = {name: getattr(pledge, name).slug for name in ("topic", "department", "promisor")}
    return FEEDS[name].format(slug=pledge.slug, **groupings)


def read(client: Client, path: str) -> Any:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(
        response.content, response_headers={"content-type": response.headers["Content-Type"]}, sanitize_html=False
    )
    assert not feed.bozo, feed.bozo_exception
    return feed


def content(entry: Any) -> str:
    html: str = entry.content[0].value
    return html


@EVERY_FEED
def test_is_understood_and_has_whole_addresses_of_the_site_only(name: str, client: Client) -> None:
    pledge = make_full_site()

    feed = read(client, path(name, pledge))

    assert feed.version == "atom10"
    assert feed.entries
    assert {link.rel: link.href for link in feed.feed.links}["self"] == SITE + path(name, pledge)
    assert len({entry.id for entry in feed.entries}) == len(feed.entries)
    for entry in feed.entries:
        assert entry.link.startswith(f"{SITE}/pledges/")
        assert (entry.author, entry.rights) == ("Pledge Tracker", "CC BY 4.0")
        assert all(urlsplit(address).netloc for address in ADDRESS.findall(content(entry)))


def test_an_entry_says_what_moved_why_and_all_that_the_page_said(client: Client) -> None:
    pledge = make_pledge(background="Lemons are *sour*.", headline="A lemon for everyone")
    make_evidence(pledge, title="A cart came", sources=[make_source(title="The lemon act")])
    make_verdict(pledge, rating=make_rating(name="On the press"), effective_on="2025-01")
    publish(pledge, change_note="First published.")
    make_verdict(
        pledge, rating=make_rating(name="Squeezed"), effective_on="2025-06", summary="All done.", explanation="It *is*."
    )
    edition = publish(pledge, kind="verdict", change_note="The last cart came.")

    newest, first = read(client, "/updates/feed.atom").entries

    assert newest.title == "A lemon for everyone: On the press → Squeezed"
    assert newest.summary == ("New verdict. The rating was “On the press” and is now “Squeezed”. The last cart came.")
    assert newest.updated == newest.published == edition.published_at.isoformat()
    for said in ["The last cart came.", "We will give everyone a lemon", "Our verdict: Squeezed", "All done."]:
        assert said in content(newest)
    for said in ["It <em>is</em>.", "Lemons are <em>sour</em>.", "A cart came", "The lemon act", "Ministry of Lemons"]:
        assert said in content(newest)
    assert f'href="{SITE}/pledges/{pledge.slug}/editions/2/"' in content(newest)
    assert first.title == "A lemon for everyone: On the press"
    assert "Squeezed" not in content(first)


def test_an_entry_says_what_was_asked_and_answered_and_how_we_will_tell(client: Client) -> None:
    make_full_site()

    html = content(read(client, "/corrections/feed.atom").entries[0])

    for said in ["Right of reply", "The Lemon Party was asked on", "None is recorded in this edition.", "Promised for"]:
        assert said in html


def test_footnotes_links_and_pictures_lead_to_the_site(client: Client) -> None:
    make_published_pledge(slug="lemon", background="A[^1] [b](/topics/) ![c](/media/d.png)\n\n[^1]: Note.")

    html = content(read(client, "/updates/feed.atom").entries[0])

    assert f'href="{SITE}/pledges/lemon/#fn-background-1"' in html
    assert f'href="{SITE}/topics/"' in html
    assert f'src="{SITE}/media/d.png"' in html


def replace_headline(pledge: Pledge) -> None:
    pledge.headline = "Another headline"


def replace_background(pledge: Pledge) -> None:
    pledge.background = "Lemons are sour, mostly."


def replace_locator(pledge: Pledge) -> None:
    pledge.made_in_locator = "page 8"


def replace_account(pledge: Pledge) -> None:
    pledge.evidence.update(account="Two carts arrived.")


def rename_labels(pledge: Pledge) -> None:
    """In an edition that is minor all the same: it says so too."""
    pledge.background = "Lemons are sour."
    Rating.objects.update(name=Concat(Value("Pressed "), F("slug")))


# All that a minor edition can change, see `publishing_rule`.
EVERY_MINOR_CHANGE = pytest.mark.parametrize(
    "change", [replace_headline, replace_background, replace_locator, replace_account, rename_labels]
)


def publish_as_minor(pledge: Pledge, change: Callable[[Pledge], None]) -> None:
    pledge = Pledge.objects.get(pk=pledge.pk)
    change(pledge)
    pledge.save()
    publish(drafts.settle(pledge), kind="minor")


@EVERY_FEED
@EVERY_MINOR_CHANGE
def test_a_minor_edition_changes_no_byte(name: str, change: Callable[[Pledge], None], client: Client) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, effective_on="2025-06")
    publish(pledge, kind="correction")
    before = client.get(path(name, pledge)).content

    publish_as_minor(pledge, change)

    assert client.get(path(name, pledge)).content == before


@EVERY_FEED
def test_a_label_of_today_is_not_put_into_what_was_told(name: str, client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="correction")
    before = read(client, path(name, pledge)).entries

    Rating.objects.update(name="Pressed")

    assert read(client, path(name, pledge)).entries == before


@EVERY_FEED
def test_of_a_withdrawn_pledge_only_the_withdrawal_is_told(name: str, client: Client) -> None:
    pledge = make_published_pledge(headline="A zesty lemon", background="Zesty.", quotation="A zesty pledge")
    publish(pledge, kind="correction", change_note="It was zesty.")
    before = read(client, path(name, pledge)).feed
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    feed = read(client, path(name, pledge))

    assert [entry.title for entry in feed.entries] == ["A pledge page was withdrawn"]
    assert all("It was a lime." in content(entry) for entry in feed.entries)
    assert b"zesty" not in client.get(path(name, pledge)).content.lower()
    assert feed.feed.updated >= before.updated


@pytest.mark.parametrize("dimension", ["topic", "department", "promisor"])
def test_a_pledge_that_moves_is_told_where_it_was_and_where_it_went(dimension: str, client: Client) -> None:
    pledge = make_published_pledge(headline="A lemon")
    left = path(dimension, pledge)
    before = read(client, left)
    promisor, topic, department, _rating = make_changed_labels()
    to = {"topic": topic, "department": department, "promisor": promisor}[dimension]
    Pledge.objects.filter(pk=pledge.pk).update(**{dimension: to})
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)), change_note="It is about limes.")
    entered = path(dimension, Pledge.objects.get(pk=pledge.pk))

    after, there = read(client, left), read(client, entered)

    assert [entry.id for entry in after.entries[1:]] == [entry.id for entry in before.entries]
    assert after.feed.updated > before.feed.updated
    assert after.entries[0].title.startswith("Moved elsewhere: A lemon: ")
    assert f"it now belongs to “{to.name}”" in content(after.entries[0])
    assert [entry.id for entry in there.entries] == [after.entries[0].id]
    assert "belongs here from now on" in content(there.entries[0])
    page = client.get(left.removesuffix("feed.atom")).content.decode()
    assert "No public pledge belongs here today." in page


def test_followers_of_what_a_pledge_left_hear_that_it_was_withdrawn(client: Client) -> None:
    pledge = make_published_pledge()
    left = path("topic", pledge)
    Pledge.objects.filter(pk=pledge.pk).update(topic=make_topic())
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))

    publish(Pledge.objects.get(pk=pledge.pk), kind="withdrawal", change_note="It was a lime.")

    assert [entry.title for entry in read(client, left).entries] == ["A pledge page was withdrawn"]


def test_what_kind_of_change_it_was_comes_first_unless_the_ratings_tell(client: Client) -> None:
    pledge = make_pledge(headline="A lemon")
    make_evidence(pledge)
    make_verdict(pledge, rating=make_rating(name="Peeled", slug="peeled"))
    publish(pledge)
    publish(pledge, kind="update")
    publish(pledge, kind="correction")
    make_verdict(pledge, rating=make_rating(name="Squeezed"), effective_on="2025-06")
    publish(pledge, kind="verdict")

    titles = [entry.title for entry in read(client, path("pledge", pledge)).entries]

    assert titles == [
        "A lemon: Peeled → Squeezed",
        "Correction: A lemon: Peeled",
        "Update: A lemon: Peeled",
        "A lemon: Peeled",
    ]


def test_long_entries_are_fewer_but_whole(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_BYTES", 25_000)
    for number in range(3):
        make_published_pledge(background=f"Sour lemons, {number}. " * 500 + "The end.")

    entries = read(client, "/updates/feed.atom").entries

    assert len(entries) == 2
    assert all("The end." in content(entry) for entry in entries)


def test_an_entry_is_made_once_but_its_text_goes_with_the_edition(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = mock.Mock(wraps=render_to_string)
    monkeypatch.setattr("pledges.atom.render_to_string", made)
    pledge = make_published_pledge(background="A lemon that is drawn once.")
    for address in ("/updates/feed.atom", path("topic", pledge)):
        assert "drawn once" in content(read(client, address).entries[0])
    assert made.call_count == 1
    Pledge.objects.filter(pk=pledge.pk).update(background="Sour.")
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))

    redact(pledge, 1)

    assert b"drawn once" not in client.get("/updates/feed.atom").content


def test_ids_and_entries_stay_what_they_were_when_the_address_moves(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    before = read(client, "/pledges/lemon/feed.atom")
    addresses.move(pledge, to="lime")

    moved = client.get("/pledges/lemon/feed.atom")
    after = read(client, "/pledges/lime/feed.atom")

    assert (moved.status_code, moved.headers["Location"]) == (301, "/pledges/lime/feed.atom")
    assert (after.feed.id, after.feed.updated) == (before.feed.id, before.feed.updated)
    assert [entry.id for entry in after.entries] == [entry.id for entry in before.entries]
    assert after.entries == before.entries  # their links lead on from the old address
    assert client.get(urlsplit(after.entries[0].link).path).headers["Location"] == "/pledges/lime/"


@EVERY_FEED
def test_is_well_formed_whatever_the_labels_and_notes_say(name: str, client: Client, settings: Settings) -> None:
    pledge = make_published_pledge(headline="</title>]]> & “quoted” 🍋", background="</content>]]>&amp;<script>")
    publish(pledge, kind="correction", change_note="<b>&</b> ]]>")
    settings.SITE_NAME = "Lemons & <limes>"
    for model in (Topic, Department, Promisor, Rating):
        model._default_manager.update(name="\x0b\ufffe]]> & <b>")

    feed = read(client, path(name, pledge))

    assert "]]> & “quoted” 🍋" in feed.entries[0].title
    assert "<script" not in content(feed.entries[0])


@EVERY_FEED
def test_addresses_are_those_of_the_site_whatever_host_was_asked_for(
    name: str, client: Client, settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["tracker.test", "mirror.test"]
    pledge = make_published_pledge()
    publish(pledge, kind="correction")

    assert b"mirror.test" not in client.get(path(name, pledge), headers={"host": "mirror.test"}).content


def test_a_grouping_and_the_corrections_have_what_is_theirs(client: Client) -> None:
    lemons, limes = make_published_pledge(topic=make_topic()), make_published_pledge(topic=make_topic())
    publish(lemons, kind="correction")

    def told(address: str) -> list[str]:
        return [entry.link.split("/")[-2] for entry in read(client, address).entries]

    assert told(path("topic", limes)) == told(path("pledge", limes)) == [limes.slug]
    assert told(path("topic", lemons)) == [lemons.slug, lemons.slug]
    assert told("/corrections/feed.atom") == [lemons.slug]
    assert len(told("/updates/feed.atom")) == 3


def test_a_feed_without_entries_looks_new_to_nobody(client: Client) -> None:
    assert read(client, "/corrections/feed.atom").feed.updated == "1970-01-01T00:00:00+00:00"


def test_has_the_latest_fifty(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "MOST_BYTES", 10_000_000)
    Country().publish(60)

    feed = read(client, "/updates/feed.atom")

    assert [entry.id for entry in feed.entries] == [f"tag:tracker.test,2026:entry/{n}" for n in range(60, 10, -1)]
    assert feed.feed.updated == feed.entries[0].updated


def test_what_is_not_public_has_no_feed(client: Client) -> None:
    draft = make_pledge()

    for address in [path("topic", draft), path("pledge", draft), "/promisors/nobody/feed.atom"]:
        assert client.get(address).status_code == 404


def discovered(html: str) -> dict[str, str]:
    """Give the feeds that a page names to readers of feeds, with what it calls them."""
    links = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="([^"]+)" href="([^"]+)">', html)
    return {address: unescape(title) for title, address in links}


EVERYTHING = ["/", "/pledges/", "/topics/", "/updates/", "/trends/", "/at/", "/at/{today}/"]


@pytest.mark.parametrize("address", EVERYTHING)
def test_lists_lead_to_the_feed_of_everything_under_its_title(address: str, client: Client) -> None:
    make_published_pledge()

    html = client.get(address.format(today=timezone.localdate())).content.decode()

    assert discovered(html) == {"/updates/feed.atom": read(client, "/updates/feed.atom").feed.title}


@pytest.mark.parametrize("name", ["corrections", "pledge", "topic", "department", "promisor"])
def test_a_page_leads_to_its_own_feed(name: str, client: Client) -> None:
    pledge = make_published_pledge(headline="A lemon & more")
    address = path(name, pledge)

    html = client.get(address.removesuffix("feed.atom")).content.decode()

    assert discovered(html) == {address: read(client, address).feed.title}
    assert f'<a href="{address}"' in html


@pytest.mark.parametrize("rest", ["editions/", "editions/1/", "editions/1/changes/", "at/", "at/{today}/"])
def test_pages_about_a_pledge_lead_to_its_feed(rest: str, client: Client) -> None:
    pledge = make_published_pledge(headline="A lemon & more")
    address = path("pledge", pledge)

    html = client.get(f"/pledges/{pledge.slug}/{rest.format(today=timezone.localdate())}").content.decode()

    assert discovered(html) == {address: "Pledge Tracker: A lemon & more"}


@pytest.mark.parametrize("rest", ["", "editions/", "editions/1/"])
def test_a_withdrawn_pledge_leads_to_its_feed_without_its_name(rest: str, client: Client) -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="It was a lime.")
    address = path("pledge", pledge)

    html = client.get(f"/pledges/{pledge.slug}/{rest}").content.decode()

    assert discovered(html) == {address: read(client, address).feed.title}


def test_trends_of_a_topic_lead_to_its_feed(client: Client) -> None:
    address = path("topic", make_published_pledge())

    html = client.get(f"/trends/?topic={address.split('/')[2]}").content.decode()

    assert discovered(html) == {address: read(client, address).feed.title}
