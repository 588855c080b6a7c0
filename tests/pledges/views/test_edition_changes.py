"""What each edition changed."""

import pytest
from django.test import Client

from pledges.models import Pledge
from tests.factories import publish
from tests.pledges.views.past import page

pytestmark = pytest.mark.django_db


def test_changes_are_marked_word_by_word(client: Client, pledge: Pledge) -> None:
    Pledge.objects.update(background="Lemons are *sweet*.")
    publish(pledge)

    html = page(client, "/pledges/lemon/editions/4/changes/")

    assert "Background" in html
    assert '<del><span class="visually-hidden">[removed:] </span>sour</del>' in html
    assert '<ins><span class="visually-hidden">[inserted:] </span>sweet</ins>' in html


def test_changes_name_the_pledge_and_how_its_rating_moved(client: Client, pledge: Pledge) -> None:
    html = page(client, "/pledges/lemon/editions/2/changes/")

    assert '<a href="/pledges/lemon/" dir="auto">A lemon for all</a>' in html
    before, _, after = html.partition("It is now:")
    assert "Squeezed" in before.partition("The rating was:")[2]
    assert "Peeled" in after


def test_the_first_edition_has_nothing_before_it(client: Client, pledge: Pledge) -> None:
    assert "This is the first edition" in page(client, "/pledges/lemon/editions/1/changes/")


def test_an_edition_that_says_the_same_says_so(client: Client, pledge: Pledge) -> None:
    publish(pledge)

    html = page(client, "/pledges/lemon/editions/4/changes/")
    assert "It says the same" in html
    assert "The rating was:" not in html
