import re

import pytest
from django.test import Client

from tests.factories import make_published_pledge, make_rating, make_topic, publish
from tests.pledges.views.past import page

pytestmark = pytest.mark.django_db


def test_shows_the_numbers_of_the_drawing_in_a_table(client: Client) -> None:
    make_published_pledge(made_on="2024-06-01")

    html = page(client, "/trends/")

    assert len(re.findall(r'class="area-chart__area family--\w+" d="M', html)) == 2
    assert '<td data-name="All">1</td>' in html  # on a phone each number says its name
    latest = re.sub(r"<td [^>]*>", "<td>", html[html.index("<tbody>") :])
    assert "<td>1</td><td>0</td> <td>1</td>" in latest  # squeezed, not yet rated, all
    assert '<time datetime="2024-12-31">31 December 2024</time></th> <td>0</td><td>1</td> <td>1</td>' in latest


def test_can_be_asked_for_one_topic(client: Client) -> None:
    limes, figs = make_topic(name="Limes", slug="limes"), make_topic(name="Figs", slug="figs")
    make_published_pledge(topic=limes)
    for _ in range(2):
        make_published_pledge(topic=figs)

    html = page(client, "/trends/?topic=limes")

    assert "<h1>Trends: Limes</h1>" in html
    assert ">1</td> </tr>" in html
    assert ">2</td> </tr>" not in html
    assert '<link rel="canonical" href="https://tracker.test/trends/?topic=limes">' in html


def test_an_unknown_topic_is_refused_with_the_form(client: Client) -> None:
    make_topic(slug="only-drafts")

    for slug in ("nowhere", "only-drafts"):
        assert "is not one of the choices" in page(client, f"/trends/?topic={slug}", 400)


@pytest.mark.parametrize("query", ["?topic=", "?topic=&topic="])
def test_the_empty_choice_leads_to_the_one_address(client: Client, query: str) -> None:
    response = client.get(f"/trends/{query}")

    assert (response.status_code, response.headers["Location"]) == (302, "/trends/")


def test_says_how_many_verdicts_have_no_exact_day(client: Client) -> None:
    make_published_pledge()

    assert "Of 1 verdict that counts here, 0 has no exact day." in page(client, "/trends/")


def test_withdrawn_pledges_are_left_out(client: Client) -> None:
    publish(make_published_pledge(), kind="withdrawal")
    make_rating()

    assert "No pledge has been published yet." in page(client, "/trends/")
