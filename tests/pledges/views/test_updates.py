import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from pledges.actions import drafts
from pledges.models import Department, Edition, Pledge
from tests.benchmarks.fictional import Country
from tests.factories import make_pledge, make_published_pledge, make_rating, make_verdict, publish

pytestmark = pytest.mark.django_db


def page(client: Client, path: str = "/updates/", status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def links(html: str) -> list[str]:
    return re.findall(r'href="(/updates/\?[^"]*)"', html.replace("&amp;", "&"))


def told(html: str) -> list[str]:
    return re.findall(r'change-row__headline" dir="auto"><a href="/pledges/([^/]+)/"', html)


def test_tells_everything_newest_first_by_day_with_the_rating_before_and_after(client: Client) -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict", change_note="They were peeled.")
    today = timezone.localdate()

    html = page(client)

    assert told(html) == [pledge.slug, pledge.slug]
    assert html.count(f'<time datetime="{today}">') == 1  # above the changes of the day, and not on each again
    assert html.index("The rating was:") < html.index("It is now:") < html.index("Peeled")


def test_a_minor_edition_is_not_told(client: Client) -> None:
    pledge = make_published_pledge()
    before = page(client)
    Pledge.objects.filter(pk=pledge.pk).update(background="Lemons are sour, mostly.")
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)), kind="minor")

    assert page(client) == before


def test_since_a_day_begins_with_its_midnight_where_the_site_is(client: Client) -> None:
    Country().publish(3)
    last = Edition.objects.order_by("pk")[2].published_at
    day = timezone.localdate(last)

    assert len(told(page(client, f"/updates/?since={day}"))) == 3
    assert told(page(client, f"/updates/?since={day + dt.timedelta(days=1)}")) == []


def test_pages_lead_to_the_last_change_and_each_is_told_once(client: Client) -> None:
    Country().publish(60)
    found, address = [], "/updates/?since=2020-01-01"
    for _round in range(3):
        html = page(client, address)
        found += told(html)
        later = [link for link in links(html) if "before=" in link]
        address = later[-1] if later else ""

    assert found == [f"lemon-{number}" for number in range(60, 0, -1)]
    assert address == ""


def test_offers_what_those_who_come_back_may_ask_for(client: Client) -> None:
    today = timezone.localdate()
    monday = today - dt.timedelta(days=today.weekday())

    offered = links(page(client))

    assert offered == [f"/updates/?since={day}" for day in (today, monday, today.replace(day=1))]


def test_a_day_ahead_and_a_time_without_changes_are_empty_in_words(client: Client) -> None:
    assert "That day has not come yet" in page(client, "/updates/?since=9999-12-31")
    assert "Nothing was announced in this time." in page(client)


@pytest.mark.parametrize(
    "query",
    [
        *("since=2024-02-30", "since=yesterday", "since=99999-01-01", "since=0001-01-01"),
        *("since=20240203", "since=2024-W05-6", "since=2024-03"),
        *("before=0", "before=-1", "before=x", "before=" + "9" * 40, "before=٣", "before=1_0", "before=01"),
    ],
)
def test_what_cannot_be_understood_is_said_and_kept(query: str, client: Client) -> None:
    html = page(client, f"/updates/?{query}", status=400)

    name, value = query.split("=")
    assert 'class="errorlist' in html
    assert f'value="{value}"' in html or name == "before"
    assert "We could not understand that request" in html


def test_an_empty_field_and_one_asked_twice_lead_to_the_one_address(client: Client) -> None:
    for query in ("since=&before=", "since=2024-01-01&since="):
        assert client.get(f"/updates/?{query}").headers["Location"] == "/updates/"
    assert client.get("/updates/?since=2024-1-1").headers["Location"] == "/updates/?since=2024-01-01"
    assert client.get("/updates/?since=2024-01-01&before=").headers["Location"] == "/updates/?since=2024-01-01"


def test_an_unknown_parameter_is_ignored(client: Client) -> None:
    make_published_pledge()

    assert page(client, "/updates/?lemons=1") == page(client)


def test_can_be_asked_for_a_grouping_and_keeps_it_from_page_to_page(client: Client) -> None:
    Country().publish(70)
    asked = "department=department-0&promisor=promisor-0"

    html = page(client, f"/updates/?{asked}")

    assert told(html)
    assert len(told(html)) < 25
    assert all(f"{asked}" in link for link in links(html))
    assert 'name="department" value="department-0"' in html
    assert "Ministry 00</a>, <a" in html
    assert "Fruit" not in html


def test_a_page_after_the_first_or_with_two_filters_is_not_listed(client: Client) -> None:
    Country().publish(30)

    def is_listed(query: str) -> bool:
        return "noindex" not in page(client, f"/updates/{query}")

    assert is_listed("?topic=topic-0")
    assert is_listed("?since=2020-01-01")
    assert not is_listed("?since=2020-01-01&topic=topic-0")
    assert not is_listed("?before=9")


@pytest.mark.parametrize("query", ["topic=nowhere", "topic=a%20b", "department=draft"])
def test_a_grouping_without_a_public_pledge_is_not_known(query: str, client: Client) -> None:
    drafts.settle(make_pledge(department=Department.objects.create(slug="draft", name="Secret")))

    html = page(client, f"/updates/?{query}", status=400)

    assert "No public pledge was ever found where this address looks for one." in html
    assert "Secret" not in html
