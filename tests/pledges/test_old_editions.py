"""An edition that an older release published, in an older schema: it reads, verifies and compares as it should."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client

from pledges import content
from pledges.actions import drafts, public_pledges
from pledges.actions.publishing_rule import reasons_not_to_publish
from pledges.compose import compose
from pledges.content_diffs import compare_contents
from pledges.desk import unpublished_drafts_of
from pledges.models import Pledge
from tests.factories import make_editor, make_review, make_verdict, publish
from tests.old_editions import SCHEMA_1, publish_old_edition

pytestmark = pytest.mark.django_db


@pytest.fixture
def pledge() -> Pledge:
    return publish_old_edition()


def verified() -> str:
    call_command("verify_log", stdout=(out := StringIO()), stderr=StringIO())
    return out.getvalue()


def test_it_is_of_an_older_schema() -> None:
    kept = json.loads(json.loads(SCHEMA_1.read_text())["content"])

    assert kept["schema"] < content.SCHEMA
    assert "measure" not in kept


def test_it_still_reads(pledge: Pledge, client: Client) -> None:
    for path in ("/pledges/lemon-of-old/", "/pledges/lemon-of-old/editions/1/"):
        html = client.get(path).content.decode()
        assert "A lemon of the old schema" in html
        assert "page 7" in html
        assert "How we will tell" not in html


def test_it_still_verifies_beside_newer_ones(pledge: Pledge) -> None:
    assert verified().startswith("1 entries, unbroken")

    make_verdict(pledge, effective_on="2025-07")
    publish(pledge, kind="verdict")

    assert verified().startswith("2 entries, unbroken")
    assert [json.loads(bytes(edition.content or b""))["schema"] for edition in pledge.editions.all()] == [1, 2]


def test_nothing_that_it_could_not_say_counts_as_unpublished(pledge: Pledge) -> None:
    said = pledge.editions.get().content
    editor = make_editor()
    pledge._history_user = editor  # type: ignore[attr-defined]
    pledge.save()
    settled = drafts.settle(pledge)

    assert said is not None
    assert compare_contents(content.read(bytes(said)), compose(pledge)) == []
    assert not drafts.has_unpublished_changes(settled)
    assert not unpublished_drafts_of(editor).exists()


def test_what_is_said_anew_in_the_new_field_is_a_change(pledge: Pledge, client: Client) -> None:
    Pledge.objects.update(measure="Carts, as the ministry counts them.")
    settled = drafts.settle(pledge)
    assert drafts.has_unpublished_changes(settled)

    minor = make_review(settled, kind="minor", change_note="")
    assert any("no more than headline" in reason for reason in reasons_not_to_publish(minor, by=make_editor()))
    minor.delete()
    publish(settled, change_note="We say how we will tell.")

    html = client.get("/pledges/lemon-of-old/editions/2/changes/").content.decode()
    assert html.count('class="difference"') == 1
    assert "How we will tell" in html


def test_a_minor_edition_of_nothing_is_still_refused(pledge: Pledge) -> None:
    review = make_review(pledge, kind="minor", change_note="")

    assert any("Nothing differs" in reason for reason in reasons_not_to_publish(review, by=make_editor()))


def test_the_lists_can_be_made_again_from_it(pledge: Pledge) -> None:
    list(public_pledges.rebuild())

    assert verified()
