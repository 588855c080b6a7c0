"""What the list says of its filters: refused ones, ones that are on, ones to drop."""

import re

import pytest
from django.test import Client

from pledges import filters
from pledges.keyset import Cursor
from pledges.models import Department, Promisor, PublicPledge
from tests.factories import make_pledge, make_rated_pledge, make_rating, make_topic, publish
from tests.pages.reading import assert_in_order, words_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lists() -> None:
    """Two pledges of two topics, with a rating that nobody has."""
    for slug in ("pips", "peel"):
        publish(make_rated_pledge(topic=make_topic(slug=slug, name=slug.title())))
    make_rating(slug="dry", name="Squeezed dry", family="broken")


def test_an_unknown_value_is_refused_by_name_and_the_form_keeps_the_other_choices(client: Client) -> None:
    response = client.get("/pledges/?topic=pips&rating=sweet&sort=made")

    html = response.content.decode()
    assert response.status_code == 400
    assert_in_order(
        words_of(html),
        "Pledges We could not understand that request",
        "Filter and sort",
        "“sweet” is not one of the choices. Choose another, or none.",
        "Show pledges Clear all",
    )
    assert "<details open>" in html
    assert '<option value="pips" selected>Pips (1)</option>' in html
    assert '<option value="made" selected>' in html
    assert "found" not in words_of(html)


def test_a_filter_that_is_on_is_a_link_that_takes_it_off(client: Client) -> None:
    html = client.get("/pledges/?family=kept&topic=pips").content.decode()

    chips = re.findall(r'<a class="chips__chip" href="([^"]+)">(.*?)&nbsp;<span aria-hidden="true">', html)
    assert [(address, re.sub(r"<[^>]+>", "", name)) for address, name in chips] == [
        ("/pledges/?topic=pips", "Remove filter Outcome: Kept"),
        ("/pledges/?family=kept", "Remove filter Topic: Pips"),
    ]
    assert_in_order(words_of(html), "Filters that are on:", "Clear all", "1 pledge found")


def test_where_nothing_is_found_it_says_which_filter_to_drop(client: Client) -> None:
    html = client.get("/pledges/?rating=dry&topic=pips").content.decode()

    assert_in_order(
        words_of(html),
        "No pledge found Nothing has all of this at once. Try without:",
        "Rating: Squeezed dry (1 pledge)",
        "See all pledges",
    )
    assert '<li><a href="/pledges/?topic=pips"><bdi>Rating: Squeezed dry</bdi></a>' in html
    assert '<li><a href="/pledges/?rating=dry">' not in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("family=broken", "No public pledge has this: Outcome: Broken See all pledges"),
        ("q=pear", "No pledge has “pear”. No pledge found See all pledges"),
        ("q=-pear", "Search for at least one word"),
    ],
)
def test_where_one_filter_finds_nothing_it_is_named(client: Client, query: str, said: str) -> None:
    words = words_of(client.get(f"/pledges/?{query}").content.decode())

    assert said in words
    assert "all of this at once" not in words


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "Pledges"),
        ("q=lemon", "“lemon” – Pledges"),
        ("topic=pips&family=kept", "Outcome: Kept – Topic: Pips – Pledges"),
    ],
)
def test_a_list_is_called_after_what_it_is_narrowed_to(client: Client, query: str, title: str) -> None:
    html = client.get(f"/pledges/?{query}").content.decode()

    assert f"<title>{title} – Pledge Tracker</title>" in html
    assert f'<meta property="og:title" content="{title}">' in html
    described = html.partition('"og:description" content="')[2].partition('"')[0]
    assert all(said in described for said in title.split(" – ")[:-1])


def test_a_page_that_is_not_the_first_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filters, "PAGE_SIZE", 1)
    first = client.get("/pledges/").content.decode()
    following = re.findall(r'<a class="pager__next" href="([^"]+)"', first)[0]

    assert "<title>Pledges – " in first
    assert "<title>Pledges, continued – " in client.get(following).content.decode()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", 'any pledge: <a href="/updates/feed.atom"'),
        ("family=kept", 'any pledge: <a href="/updates/feed.atom"'),
        ("topic=pips&family=kept", 'in “Pips”: <a href="/topics/pips/feed.atom"'),
        ("promisor=lemon-party", 'in “Free Lemon Party”: <a href="/promisors/lemon-party/feed.atom"'),
        ("topic=pips&promisor=lemon-party", 'any pledge: <a href="/updates/feed.atom"'),
    ],
)
def test_what_is_offered_to_follow_says_what_it_is_about(client: Client, query: str, said: str) -> None:
    html = " ".join(client.get(f"/pledges/?{query}").content.decode().split())

    assert f"Follow what changes {said.replace('any', 'on any', 1)}" in html


@pytest.mark.parametrize(
    ("query", "is_listed"),
    [
        *(("", True), ("?topic=pips", True), ("?sort=made", True), ("?q=lemon", False)),
        *(("?topic=pips&family=kept", False), ("?topic=pips&sort=made", False), ("?after={}", False)),
    ],
)
def test_search_engines_are_shown_one_filter_at_a_time(query: str, is_listed: bool, client: Client) -> None:  # noqa: FBT001
    newest = PublicPledge.objects.order_by("-changed_at")[0]

    html = client.get(f"/pledges/{query.format(Cursor((newest.changed_at,), newest.pk))}").content.decode()

    assert ('<link rel="canonical"' in html) == is_listed
    assert ('<meta name="robots" content="noindex">' in html) != is_listed


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("juice", '<span class="quiet">Responsible:</span> Ministry of <mark>Juice</mark>'),
        ("quince", '<span class="quiet">Promised by:</span> <mark>Quince</mark> Party'),
        ("juice lemons", '<span class="quiet">The pledge:</span> we will hand out <mark>lemons</mark>'),
    ],
)
def test_where_only_a_name_was_found_that_is_shown(question: str, shown: str, client: Client) -> None:
    publish(
        make_pledge(
            headline="Fruit for all",
            quotation="we will hand out lemons",
            department=Department.objects.create(slug="juice", name="Ministry of Juice"),
            promisor=Promisor.objects.create(slug="quince", name="Quince Party", kind="party"),
        )
    )

    assert shown in client.get("/pledges/", {"q": question}).content.decode()
