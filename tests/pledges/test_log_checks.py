"""What was changed past the actions, by the rights that the site itself has or by more, and is seen by `verify_log`."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from pledges import log
from pledges.actions import checks, labels
from pledges.models import Check, Checkpoint, Department, Pledge, Promisor, Rating, SiteText, Topic
from pledges.models.grouping import Grouping
from pledges.search_index import INDEX, TABLE, install_index, remove_index
from pledges.signed_notes import SigningKey
from tests.both_databases import DATABASE
from tests.factories import (
    make_checkpoint,
    make_editor,
    make_published_pledge,
    make_published_text,
    make_rating,
    publish,
)
from tests.pledges.commands.calling import call
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 3)
EVERY_LABEL = pytest.mark.parametrize("model", [Rating, Topic, Department, Promisor])


def assert_found(match: str) -> None:
    with pytest.raises(CommandError, match=match):
        call("verify_log")


def label_of(model: type[Rating | Grouping]) -> Any:
    make_published_pledge()
    label = model._default_manager.get()
    label.name = "Kept in full"
    return label


@EVERY_LABEL
def test_a_label_renamed_past_the_action_is_found(model: type[Rating | Grouping]) -> None:
    label_of(model).save()

    assert_found("was given another name in the database")


@EVERY_LABEL
def test_a_label_given_another_address_is_found(model: type[Rating | Grouping]) -> None:
    make_published_pledge()
    model._default_manager.update(slug="elsewhere")

    assert_found("was given another address or family in the database")


@EVERY_LABEL
def test_a_label_that_an_editor_renamed_holds_until_it_is_renamed_again(model: type[Rating | Grouping]) -> None:
    label = label_of(model)
    label.save()
    labels.take_in(label)
    assert "unbroken" in call("verify_log")

    model._default_manager.update(name="Promise kept")

    assert_found("the journal knows it otherwise")


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (Rating, {"definition": "Nothing was squeezed."}),
        (Rating, {"position": 999}),
        (Topic, {"description": "Limes."}),
        (Promisor, {"in_office_until": "2020"}),
    ],
)
def test_what_an_editor_said_of_a_label_is_compared_too(model: Any, changed: dict[str, Any]) -> None:
    make_published_pledge()
    labels.take_in(model.objects.get())
    assert "unbroken" in call("verify_log")

    model.objects.update(**changed)

    assert_found("the journal knows it otherwise")


def test_a_label_that_an_editor_removed_is_not_missed() -> None:
    rating = make_rating()
    labels.take_in(rating)

    labels.remove(rating)

    assert "unbroken" in call("verify_log")


def test_a_label_that_was_removed_past_the_action_is_missed() -> None:
    rating = make_rating()
    labels.take_in(rating)

    rating.delete()

    assert_found(r"knows of rating \d+, which was removed")


def test_a_text_of_the_site_that_was_changed_past_the_action_is_found() -> None:
    make_published_text()
    assert "unbroken" in call("verify_log")

    SiteText.objects.filter(name="about").update(published="We count limes.")

    assert_found("About this site” was changed in the database")


def check(pledge: Pledge) -> Check:
    return checks.record(pledge, checked_on=TODAY, next_due_on=TODAY + timedelta(days=9), by=make_editor())


def forge(of: Check) -> None:
    forged = {"checked_on": TODAY + timedelta(days=1), "next_due_on": TODAY + timedelta(days=99)}
    Check.objects.create(pledge=of.pledge, checked_by=of.checked_by, **forged)


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        (forge, "the journal does not know it"),
        (lambda of: of.delete(), "was removed in the database"),
        (lambda _of: Check.objects.update(next_due_on="2030-01-01"), "the journal knows it otherwise"),
    ],
    ids=["forged", "deleted", "changed"],
)
def test_a_check_that_was_tampered_with_is_found(tampering: Callable[[Check], Any], says: str) -> None:
    of = check(make_published_pledge())
    assert "unbroken" in call("verify_log")

    tampering(of)
    call("rebuild_public")

    assert_found(says)


@pytest.fixture
def checkpoint() -> Checkpoint:
    make_published_pledge()
    checkpoint = make_checkpoint()
    assert "unbroken" in call("verify_log")
    return checkpoint


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"note": "tracker.test/log\n1\nlemons\n"}, "cannot be read"),
        ({"verifier_key": "lemons"}, "no Ed25519 key"),
        ({"verifier_key": str(SigningKey.make("tracker.test/log").verifier_key)}, "not signed with the key"),
        ({"signed_at": "2030-01-01T00:00Z"}, "the journal knows it otherwise"),
    ],
    ids=["note", "no key", "another key", "moment"],
)
def test_a_published_checkpoint_that_was_changed_is_found(
    checkpoint: Checkpoint, changed: dict[str, str], says: str
) -> None:
    with unguarded():
        Checkpoint.objects.update(**changed)

    assert_found(says)


def test_a_note_about_another_log_is_found_though_it_is_signed(checkpoint: Checkpoint) -> None:
    key = SigningKey.make(log.origin())
    with unguarded():
        note = key.sign(f"{key.name}\n7\n{checkpoint.root}\n")
        Checkpoint.objects.update(note=note, verifier_key=str(key.verifier_key))

    assert_found("Its note is about something else")


def test_a_published_checkpoint_that_was_removed_is_missed(checkpoint: Checkpoint) -> None:
    with unguarded():
        Checkpoint.objects.all().delete()

    assert_found(r"knows of checkpoint 1, which was removed")


def test_an_older_edition_with_an_older_name_is_no_problem() -> None:
    pledge = make_published_pledge()
    rating = pledge.verdicts.get().rating
    rating.name = "Pressed"
    rating.save()
    labels.take_in(rating)
    publish(Pledge.objects.get(), kind="update")

    assert "unbroken" in call("verify_log")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


ON_SQLITE = pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL keeps its index by itself.")


@ON_SQLITE
def test_pledges_taken_out_of_the_search_index_are_found_and_rebuild_puts_them_back(client: Client) -> None:
    pledge = make_published_pledge(headline="Zanzibar lemons")
    run(f"INSERT INTO {INDEX}({INDEX}) VALUES ('delete-all')")

    assert_found("The search index is not that of the search texts")
    call("rebuild_public")

    assert "unbroken" in call("verify_log")
    assert pledge.slug in client.get("/pledges/?q=zanzibar").content.decode()


@ON_SQLITE
@pytest.mark.parametrize("event", ["insert", "update", "delete"])
def test_a_trigger_of_the_search_index_that_is_gone_or_does_nothing_is_found(event: str) -> None:
    make_published_pledge()
    for other in ("", f"CREATE TRIGGER {INDEX}_{event} AFTER {event.upper()} ON {TABLE} BEGIN SELECT 1; END"):
        run(f"DROP TRIGGER IF EXISTS {INDEX}_{event}")
        run(other or "SELECT 1")

        assert_found(f"lacks {INDEX}_{event}")

    call("rebuild_public")
    assert "unbroken" in call("verify_log")


def test_a_search_index_that_is_gone_is_found() -> None:
    make_published_pledge()
    remove_index(connection)

    assert_found(f"The search index lacks {INDEX}")

    connection.check_constraints()  # PostgreSQL alters no table while some wait to be checked
    install_index(connection)
    assert "unbroken" in call("verify_log")
