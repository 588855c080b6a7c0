import pytest
from django.test import Client

from pledges.actions import addresses
from tests.factories import make_published_pledge, publish
from tests.pledges.views.past import page
from tracker.page_cache.keys import known_address

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", ["2026-03-03", "2026-3-3"])
def test_a_day_leads_to_its_page(client: Client, day: str) -> None:
    for start in ("/at/", f"/pledges/{make_published_pledge().slug}/at/"):
        response = client.get(f"{start}?day={day}")

        assert (response.status_code, response.headers["Location"]) == (302, f"{start}2026-03-03/")


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2026-02-30", "Write the day like this"),
        ("", "Choose a day."),
        ("0001-01-01", "since 1900"),
        ("%3Cb%3E", "&lt;b&gt;"),
    ],
)
def test_what_is_no_day_is_refused_with_the_form(client: Client, day: str, says: str) -> None:
    for start in ("/at/", f"/pledges/{make_published_pledge().slug}/at/"):
        html = page(client, f"{start}?day={day}", 400)

        assert says in html
        assert f'<form class="day-form" action="{start}">' in html


def test_the_forms_stand_where_the_past_is_looked_for(client: Client) -> None:
    slug = make_published_pledge().slug

    assert '<form class="day-form" action="/at/">' in page(client, "/trends/")
    assert '<form class="day-form" action="/at/">' in page(client, "/trends/?topic=nowhere", 400)
    assert f'<form class="day-form" action="/pledges/{slug}/at/">' in page(client, f"/pledges/{slug}/editions/")


def test_a_pledge_that_is_withdrawn_or_moved_or_unknown_has_no_form(client: Client) -> None:
    withdrawn, moved = make_published_pledge(), make_published_pledge(slug="before")
    publish(withdrawn, kind="withdrawal")
    addresses.move(moved, to="after")

    assert "day-form" not in page(client, f"/pledges/{withdrawn.slug}/at/", 410)
    assert "day-form" not in page(client, f"/pledges/{withdrawn.slug}/editions/")
    assert client.get("/pledges/before/at/").headers["Location"] == "/pledges/after/at/"
    assert client.get("/pledges/nowhere/at/").status_code == 404


def test_the_page_cache_knows_the_day_and_nothing_else() -> None:
    assert known_address("/at/", "x=1&day=2026-03-03") == "/at/?day=2026-03-03"
    assert known_address("/pledges/lemon/at/", "day=x&y") == "/pledges/lemon/at/?day=x"
