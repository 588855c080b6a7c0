import pytest
from django.test import Client

from pledges.models import Pledge
from tests.factories import make_published_pledge, make_rating, make_verdict, publish
from tests.pledges.views.past import page

pytestmark = pytest.mark.django_db


def corrected(name: str) -> Pledge:
    pledge = make_published_pledge(headline=f"A lemon for {name}")
    publish(pledge, kind="correction", change_note=f"{name} has had a lime since May.")
    return pledge


def test_lists_corrections_of_all_pledges_newest_first(client: Client) -> None:
    corrected("Ann")
    corrected("Ben")
    make_published_pledge(headline="Never wrong")

    html = page(client, "/corrections/")

    assert html.index("Ben has had a lime since May.") < html.index("Ann has had a lime since May.")
    assert "Never wrong" not in html


def test_names_the_verdict_that_was_wrong_and_since_when(client: Client) -> None:
    pledge = make_published_pledge()
    wrong = make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict")
    make_verdict(pledge, corrects=wrong, effective_on="2025-06")
    publish(pledge, kind="correction", change_note="It was never peeled.")

    html = page(client, "/corrections/")

    assert 'It puts right the verdict “Peeled” (<time datetime="2025-06">June 2025</time>)' in html
    assert "edition 2." in html
    assert f'href="/pledges/{pledge.slug}/editions/3/changes/"' in html


def test_says_so_when_there_is_none(client: Client) -> None:
    make_published_pledge()

    assert "No correction has been published." in page(client, "/corrections/")


def test_leaves_out_withdrawn_pledges(client: Client) -> None:
    publish(corrected("Ann"), kind="withdrawal")

    assert "Ann" not in page(client, "/corrections/")


def test_a_long_list_has_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.history.MOST_LINES", 1)
    corrected("Ann")
    corrected("Ben")

    first = page(client, "/corrections/")
    second = page(client, "/corrections/?before=4")

    assert 'href="?before=4"' in first
    assert "Ann has" not in first
    assert "Ann has" in second
    assert "Earlier corrections" not in second


def test_a_place_that_cannot_be_is_refused_in_words(client: Client) -> None:
    assert "cannot be one" in page(client, "/corrections/?before=x", 400)
