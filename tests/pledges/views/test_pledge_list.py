"""What the list says of its filters: refused ones, ones that are on, ones to drop."""

import re

import pytest
from django.test import Client

from tests.factories import make_rated_pledge, make_rating, make_topic, publish
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

    chips = re.findall(r'<a class="chips__chip" href="([^"]+)">(.*?) <span aria-hidden="true">', html)
    assert [(address, re.sub(r"<[^>]+>", "", name)) for address, name in chips] == [
        ("/pledges/?topic=pips", "Remove filter Kind of rating: Kept"),
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
