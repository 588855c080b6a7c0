"""Editions that were withdrawn or blanked say so, and why."""

import pytest
from django.test import Client
from django.utils import timezone

from pledges.models import Pledge
from tests.factories import make_published_pledge, publish
from tests.pledges.views.past import PAGES, page, redact

pytestmark = pytest.mark.django_db


def test_a_withdrawn_pledge_keeps_its_history_without_its_text(client: Client, pledge: Pledge) -> None:
    publish(pledge, kind="withdrawal", change_note="The quotation was a hoax.")

    for rest in (*PAGES[:1], *PAGES[2:], "at/2001-01-01/", f"at/{timezone.localdate()}/", "editions/4/"):
        html = page(client, f"/pledges/lemon/{rest}", 410)
        assert "The quotation was a hoax." in html
        assert "lemon for all" not in html
    html = page(client, "/pledges/lemon/editions/")
    assert "lemon for all" not in html
    assert "The peel is off." in html
    assert pledge.editions.get(number=1).hash in html


def test_a_pledge_that_was_withdrawn_then_says_so_for_those_days(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    publish(pledge, kind="update", change_note="It is back.")

    html = page(client, "/pledges/lemon/editions/2/", 410)

    assert "We doubted the quotation." in html
    assert "Since then it has been published again." in html
    assert page(client, "/pledges/lemon/editions/1/")
    assert page(client, "/pledges/lemon/editions/3/")


def test_a_redaction_does_not_bring_a_withdrawn_pledge_back(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    redact(pledge, pledge.editions.get(number=1).sequence)
    publish(pledge, kind="update", change_note="It is back.")

    assert "We doubted the quotation." in page(client, "/pledges/lemon/editions/3/", 410)


def test_a_withdrawn_page_says_that_something_was_removed_and_still_why_it_was_withdrawn(client: Client) -> None:
    pledge = make_published_pledge(slug="lemon")
    publish(pledge, kind="withdrawal", change_note="We doubted the quotation.")
    redact(pledge, pledge.editions.get(number=1).sequence)

    for path in ("/pledges/lemon/", "/pledges/lemon/editions/1/", "/pledges/lemon/at/2099-01-01/"):
        html = page(client, path, 410)
        assert "We doubted the quotation." in html
        assert "Removed for legal reasons on " in html
        assert "A court forbade a name." not in html


def test_an_edition_that_was_blanked_says_why(client: Client, pledge: Pledge) -> None:
    redact(pledge, pledge.editions.get(number=2).sequence)

    for rest in ("at/2025-03-06/", "editions/2/", "editions/2/changes/", "editions/3/changes/"):
        html = page(client, f"/pledges/lemon/{rest}", 451)
        assert "The text of edition 2 was removed for legal reasons on" in html
        assert "A court forbade a name." in html
    assert "was removed for legal reasons" in page(client, "/pledges/lemon/editions/")
    assert page(client, "/pledges/lemon/editions/1/")
