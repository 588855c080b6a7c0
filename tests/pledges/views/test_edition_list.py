"""The list of a pledge's editions."""

import pytest
from django.test import Client

from pledges.models import Pledge
from tests.factories import publish
from tests.pledges.views.past import page, redact

pytestmark = pytest.mark.django_db


def test_the_list_has_every_edition_with_kind_note_hash_and_rating(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/")

    for edition in pledge.editions.all():
        assert edition.hash in html
        assert f"entry {edition.sequence}" in html
    assert html.index("Edition 3") < html.index("Edition 2") < html.index("Edition 1")
    assert "The peel is off." in html
    assert html.count("The rating was:") == 2
    assert 'href="/pledges/lemon/editions/2/changes/"' in html
    assert 'href="/pledges/lemon/editions/1/changes/"' not in html


def test_a_minor_edition_is_in_the_list_though_nobody_announces_it(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sour*!")
    publish(pledge, kind="minor", change_note="")

    assert "Minor change" in page(client, "/pledges/lemon/editions/")
    assert "Minor change" not in page(client, "/")


def test_a_long_list_has_pages(client: Client, pledge: Pledge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pledges.history.MOST_LINES", 2)

    first, second = (page(client, f"/pledges/lemon/editions/{query}") for query in ("", "?before=2"))
    assert "There is no edition before that." in page(client, "/pledges/lemon/editions/?before=1")

    assert "Edition 2" in first
    assert ">Edition 1<" not in first
    assert 'href="?before=2"' in first
    assert ">Edition 1<" in second
    assert "Earlier editions" not in second
    assert first.count("The rating was:") == 2  # against the edition on the next page too


@pytest.mark.parametrize("before", ["0", "-1", "x", "01", "1_0", "٢", " 2", "5%0A", "9" * 30])
def test_a_place_that_cannot_be_is_refused_in_words(client: Client, pledge: Pledge, before: str) -> None:
    assert "a place in this list that cannot be one" in page(client, f"/pledges/lemon/editions/?before={before}", 400)


def test_before_the_first_edition_there_is_none(client: Client, pledge: Pledge) -> None:
    assert "There is no edition before that." in page(client, "/pledges/lemon/editions/?before=1")


def test_only_editions_that_both_have_their_text_are_compared(client: Client, pledge: Pledge) -> None:
    redact(pledge, pledge.editions.get(number=2).sequence)

    html = page(client, "/pledges/lemon/editions/")

    links = {number: f'href="/pledges/lemon/editions/{number}/changes/"' in html for number in (1, 2, 3, 4)}
    assert links == {1: False, 2: False, 3: False, 4: True}


def test_an_edition_without_a_note_has_no_dash_in_its_place(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sour*!")
    publish(pledge, kind="minor", change_note="")

    html = page(client, "/pledges/lemon/editions/")

    assert '<p class="change-row__note" dir="auto">–' not in html
    assert html.count(pledge.editions.last().hash[:12]) == 1  # type: ignore[union-attr]
