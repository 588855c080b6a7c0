"""What a pledge page said on a day and in an edition."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from pledges.actions import addresses
from pledges.models import Pledge, Source
from tests.factories import make_pledge, make_published_pledge, make_verdict, publish, publish_at
from tests.pledges.views.past import PAGES, page

pytestmark = pytest.mark.django_db


def test_a_day_shows_the_edition_that_stood_at_its_end(client: Client, pledge: Pledge) -> None:
    assert "All is well." in page(client, "/pledges/lemon/at/2025-03-03/")
    fourth = page(client, "/pledges/lemon/at/2025-03-04/")
    assert "All is well." in fourth
    assert "Only peel." not in fourth
    assert "Only peel." in page(client, "/pledges/lemon/at/2025-03-05/")


def test_an_edition_of_the_past_says_so_and_leads_to_todays_page(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/at/2025-03-04/")

    assert "This is the page as it stood at the end of 4 March 2025." in html
    assert "A later edition took its place on 5 March 2025." in html
    assert '<a href="/pledges/lemon/">Today’s page</a>' in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'rel="canonical"' not in html
    assert '<meta property="og:url" content="https://tracker.test/pledges/lemon/at/2025-03-04/">' in html
    assert '"ClaimReview"' not in html
    assert "stands now" not in html
    assert "Last checked" not in html


def test_the_edition_that_still_stands_says_so(client: Client, pledge: Pledge) -> None:
    assert "No later edition exists" in page(client, "/pledges/lemon/at/2025-04-01/")
    assert "The day is not over." in page(client, f"/pledges/lemon/at/{timezone.localdate()}/")


def test_a_later_correction_is_told_beside_the_edition_that_was_wrong(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/2/")

    assert "Corrected since, on 9 March 2025:</span>" not in html
    assert "Corrected since, on 9 March 2025: <span" in html
    assert "It was pressed since 4 March." in html
    assert "stood here since" not in html  # the page itself is as it read


def test_the_page_shows_its_corrections(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/")

    assert "Corrected on 9 March 2025:" in html
    assert "It puts right the verdict “Peeled”" in html
    assert "which stood here since 5 March 2025, edition 2." in html
    assert 'href="/pledges/lemon/editions/3/changes/"' in html


def test_a_citation_gives_an_address_that_stays(client: Client, pledge: Pledge) -> None:
    for path, cited in {
        "/pledges/lemon/": "/pledges/lemon/editions/3/",
        "/pledges/lemon/at/2025-03-07/": "/pledges/lemon/at/2025-03-07/",
        "/pledges/lemon/editions/1/": "/pledges/lemon/editions/1/",
    }.items():
        assert f'<a href="https://tracker.test{cited}">' in page(client, path)


def test_publishing_at_half_past_midnight_in_summer_is_on_the_new_day(client: Client) -> None:
    pledge = make_pledge(slug="lemon", background="The night before.")
    publish_at("2025-07-01T12:00+01:00", pledge)
    Pledge.objects.update(background="The morning after.")
    edition = publish_at("2025-07-03T00:30+01:00", pledge)

    assert b'"published_at":"2025-07-02T23:30' in bytes(edition.entry)  # in UTC it is the day before
    assert "The night before." in page(client, "/pledges/lemon/at/2025-07-02/")
    assert "The morning after." in page(client, "/pledges/lemon/at/2025-07-03/")


def test_the_day_ends_in_the_time_zone_of_the_site(client: Client, settings: Settings) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    pledge = make_pledge(slug="lemon", background="Early.")
    publish_at("2025-07-01T00:00+00:00", pledge)
    Pledge.objects.update(background="Late.")
    publish_at("2025-07-02T11:59+00:00", pledge)  # 23:59 in Auckland
    Pledge.objects.update(background="Later.")
    publish_at("2025-07-02T12:00+00:00", pledge)  # midnight there

    assert "Late." in page(client, "/pledges/lemon/at/2025-07-02/")
    assert "Later." in page(client, "/pledges/lemon/at/2025-07-03/")


def test_before_the_first_edition_it_says_since_when_and_what_the_ratings_were(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/at/2025-03-02/", 404)

    assert "We have published it since 3 March 2025." in html
    assert "Squeezed" in html
    assert '<time datetime="2025-03-01">1 March 2025</time>' in html
    assert "corrected since" in html


def test_of_a_day_ahead_nobody_knows(client: Client, pledge: Pledge) -> None:
    assert "Nobody knows yet" in page(client, "/pledges/lemon/at/9999-12-31/", 404)


@pytest.mark.parametrize(
    "rest",
    [
        *("at/2025-02-30/", "at/2025-3-3/", "at/0000-01-01/", "at/20250303/", "at/2025-03-03", "at/٢٠٢٥-٠٣-٠٣/"),
        *("editions/0/", "editions/01/", "editions/4/", "editions/999999999/", "editions/9999999999/", "editions/x/"),
        *("editions/4/changes/", "editions/00/changes/"),
    ],
)
def test_what_is_no_day_or_edition_is_not_there(client: Client, pledge: Pledge, rest: str) -> None:
    response = client.get(f"/pledges/lemon/{rest}", follow=rest == "at/2025-03-03")

    assert response.status_code == (200 if rest == "at/2025-03-03" else 404)


@pytest.mark.parametrize("rest", PAGES)
def test_neither_a_draft_nor_an_unknown_pledge_has_a_history(client: Client, rest: str) -> None:
    for slug in (make_pledge().slug, "nothing"):
        assert client.get(f"/pledges/{slug}/{rest}").status_code == 404


@pytest.mark.parametrize("rest", [*PAGES, "at/2001-01-01/"])
def test_an_address_that_was_given_up_leads_to_the_same_page(client: Client, pledge: Pledge, rest: str) -> None:
    addresses.move(pledge, to="lime")

    response = client.get(f"/pledges/lemon/{rest}")

    assert (response.status_code, response.headers["Location"]) == (301, f"/pledges/lime/{rest}")


@pytest.mark.parametrize("editions", [1, 9])
@pytest.mark.parametrize(
    ("rest", "queries"),
    [("at/{day}/", 2), ("at/2001-01-01/", 2), ("editions/1/", 2), ("editions/2/changes/", 1), ("editions/", 3)],
)
def test_the_past_costs_the_same_whatever_the_history(
    client: Client, editions: int, rest: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pledge = make_published_pledge()
    for number in range(editions):
        make_verdict(pledge, effective_on=f"2025-04-{number + 1:02}")
        publish(pledge, kind="verdict")

    with django_assert_num_queries(queries):
        client.get(f"/pledges/{pledge.slug}/{rest.format(day=timezone.localdate())}")


@pytest.mark.parametrize("rest", ["at/2025-03-06/", "editions/1/"])
def test_what_an_edition_did_not_say_of_its_sources_is_marked_as_of_today(
    client: Client, pledge: Pledge, rest: str
) -> None:
    Source.objects.update(archived_url="https://archive.example/1", link_state="broken")

    past, today = (page(client, f"/pledges/lemon/{one}") for one in (rest, ""))

    assert past.count(">Archived copy as of today</a>") == past.count("As of today the original link") == 2
    assert today.count(">Archived copy</a>") == today.count("The original link no longer works.") == 2
