"""What the form takes, what it refuses in words, and the one address of what was asked."""

import re

import pytest
from django.test import Client

from tests.pledges.asking import narrowed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ({"q": "lime", "sort": "relevance"}, "/pledges/?q=lime"),
        ({"q": "lime", "sort": "changed"}, "/pledges/?q=lime&sort=changed"),
        ({"q": "  ", "sort": "relevance"}, "/pledges/"),
        ({"sort": "changed"}, "/pledges/"),
        ({"q": "li\u202eme", "due_by": "2026"}, "/pledges/?q=lime&due_by=2026"),
        ({"changed_since": "2026-3-1"}, "/pledges/?changed_since=2026-03-01"),
    ],
)
def test_a_list_has_one_address(asked: dict[str, str], address: str) -> None:
    pledge_filter = narrowed(**asked)

    assert pledge_filter.is_valid
    assert pledge_filter.own_address == address
    assert ("relevance" in dict(pledge_filter.form.fields["sort"].choices)) == ("q=" in address)  # type: ignore[attr-defined]


def test_a_search_that_is_too_long_keeps_its_beginning_in_the_box(client: Client) -> None:
    response = client.get("/pledges/", {"q": "a" * 150 + "b" * 3_000})

    html = response.content.decode()
    assert response.status_code == 400
    assert "Use 200 characters or fewer" in html
    assert f'value="{"a" * 150}{"b" * 50}"' in html
    assert "b" * 51 not in html


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026", "1899-12-31", "0001-01-01", "9" * 300])
def test_a_day_that_is_none_is_refused_in_words(day: str, client: Client) -> None:
    response = client.get("/pledges/", {"changed_since": day})

    assert response.status_code == 400
    assert re.search("Write the day like this|Choose a day since 1900", response.content.decode())


@pytest.mark.parametrize("year", ["soon", "26", "1899", "3000", "9999", "२०२६", "2026\n\n1", "9" * 300])
def test_a_year_that_is_none_is_refused_in_words(year: str, client: Client) -> None:
    response = client.get("/pledges/", {"due_by": year})

    assert response.status_code == 400
    assert "Write the year like this: 2026." in response.content.decode()


@pytest.mark.parametrize("name", ["q", "topic", "due_by"])
def test_no_sign_that_turns_a_text_around_is_shown(name: str, client: Client) -> None:
    html = client.get("/pledges/", {name: "abc\u202edef"}, follow=True).content.decode()

    assert "abcdef" in html
    assert "\u202e" not in html


def test_an_unknown_value_is_named_and_shortened() -> None:
    pledge_filter = narrowed(topic="z" * 300, rating="nope")

    assert not pledge_filter.is_valid
    assert "“nope” is not one of the choices" in str(pledge_filter.form.errors["rating"])
    assert "z" * 201 not in str(pledge_filter.form.errors)


def test_an_unknown_name_is_ignored() -> None:
    assert narrowed(colour="yellow").own_address == "/pledges/"


@pytest.mark.parametrize(
    ("asked", "address"),
    [
        ("rating=&family=kept&topic=&sort=changed", "/pledges/?family=kept"),
        ("sort=due&overdue=&colour=yellow", "/pledges/?sort=due"),
        ("rating=", "/pledges/"),
        ("sort=made&sort=due", "/pledges/?sort=due"),
    ],
)
def test_what_the_form_leaves_empty_is_left_out_of_the_address(asked: str, address: str, client: Client) -> None:
    response = client.get(f"/pledges/?{asked}")

    assert response.headers["Location"] == address
    assert client.get(address).status_code == 200
