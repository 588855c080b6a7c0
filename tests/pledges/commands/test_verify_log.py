"""What the command finds in the log and in the lists, and whom it tells."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import connection, transaction

from pledges.actions import addresses
from pledges.guards import remove_guards
from pledges.management.commands import verify_log
from pledges.models import Journal, Pledge, PublicPledge, Rating, RetiredSlug, Verification
from pledges.record_guards import EDITION, VERDICT
from tests.both_databases import DATABASE
from tests.factories import make_published_pledge, make_verdict, publish
from tests.pledges.commands.calling import call
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


def test_verify_log_holds_on_an_empty_database() -> None:
    assert "0 entries, unbroken, nothing published yet" in call("verify_log")


def test_verify_log_names_the_head() -> None:
    edition = publish(make_published_pledge(), kind="update")

    assert call("verify_log").startswith(f"2 entries, unbroken, head {edition.hash}.\n")


def test_verify_log_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_log, "_STEP", 2)
    for _ in range(3):
        make_published_pledge()

    said = call("verify_log").splitlines()

    assert said[0] == "2 entries checked"
    assert {"checking totals", "checking addresses"} <= {*said}
    assert said[-1].startswith("Checked in ")


def tamper(sql: str) -> None:
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_verify_log_names_the_first_broken_sequence() -> None:
    for _ in range(4):
        make_published_pledge()
    tamper(f"UPDATE {EDITION} SET change_note = 'Falsified' WHERE sequence IN (2, 3)")

    with pytest.raises(CommandError, match=r"^Entry 2: its change note differs"):
        call("verify_log")


@pytest.mark.skipif(DATABASE != "postgresql", reason="where a guard can be switched off")
def test_verify_log_names_the_first_broken_sequence_before_a_guard_that_was_switched_on_again() -> None:
    for _ in range(3):
        make_published_pledge()
    connection.check_constraints()  # PostgreSQL alters no table while some wait to be checked
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {EDITION} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {EDITION} SET change_note = 'Falsified' WHERE sequence = 2")
        connection.check_constraints()
        cursor.execute(f"ALTER TABLE {EDITION} ENABLE TRIGGER USER")

    with pytest.raises(CommandError, match=r"^Entry 2: its change note differs"):
        call("verify_log")

    assert Verification.objects.get().first_broken == 2


def test_verify_log_names_the_first_broken_sequence_whatever_is_wrong_with_each() -> None:
    for _ in range(4):
        make_published_pledge()
    tamper(f"UPDATE {EDITION} SET change_note = 'Falsified' WHERE sequence = 4")
    tamper(f"UPDATE {EDITION} SET content = NULL, salt = NULL, content_digest = NULL WHERE sequence = 3")
    with pytest.raises(CommandError, match=r"^Entry 3: its content is gone"):
        call("verify_log")

    tamper("DELETE FROM pledges_review WHERE edition_id = 2")

    with pytest.raises(CommandError, match=r"^Entry 2: no review approved it"):
        call("verify_log")


def test_verify_log_can_name_every_problem() -> None:
    for _ in range(3):
        make_published_pledge()
    tamper(f"UPDATE {EDITION} SET change_note = 'Falsified' WHERE sequence IN (2, 3)")

    with pytest.raises(CommandError, match=r"^\d+ problems were found"):
        call("verify_log", all=True)


def test_verify_log_tells_readers_that_the_log_holds() -> None:
    edition = make_published_pledge().editions.get()

    call("verify_log")

    told = Verification.objects.get()
    assert (told.entries, told.head, told.holds, told.first_broken) == (1, edition.hash, True, None)
    assert told.ran_at > edition.published_at
    assert Journal.objects.latest("number").tags == "log\n"


@pytest.mark.parametrize("every", [True, False])
def test_verify_log_tells_readers_what_it_found(every: bool) -> None:  # noqa: FBT001
    for _ in range(3):
        make_published_pledge()
    tamper(f"UPDATE {EDITION} SET change_note = 'Falsified' WHERE sequence IN (2, 3)")

    for _ in range(2):
        with pytest.raises(CommandError):
            call("verify_log", all=every)

    told = Verification.objects.get()
    assert (told.holds, told.first_broken) == (False, 2)


def test_verify_log_tells_readers_of_what_has_no_entry() -> None:
    make_published_pledge()
    PublicPledge.objects.update(headline="Falsified")

    with pytest.raises(CommandError):
        call("verify_log")

    told = Verification.objects.get()
    assert (told.entries, told.holds, told.first_broken) == (1, False, None)


def test_verify_log_says_that_a_checkpoint_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call("verify_log", "--checkpoint", str(tmp_path / "none"))


@pytest.mark.parametrize(
    "falsified",
    [{"headline": "Falsified"}, {"rating": None}, {"withdrawn_at": "2026-01-01T00:00Z"}, {"recorded": "{}"}],
    ids=lambda falsified: next(iter(falsified)),
)
def test_verify_log_finds_a_falsified_list(falsified: dict[str, Any]) -> None:
    make_published_pledge()
    PublicPledge.objects.update(**falsified)

    with pytest.raises(CommandError, match="say something else"):
        call("verify_log")


def test_verify_log_finds_two_addresses_swapped_and_rebuild_puts_them_back() -> None:
    one, other = make_published_pledge(), make_published_pledge()
    PublicPledge.objects.filter(pledge=one).update(slug="elsewhere")
    PublicPledge.objects.filter(pledge=other).update(slug=one.slug)

    with pytest.raises(CommandError, match=r"say something else .*: slug"):
        call("verify_log")
    call("rebuild_public")

    assert "unbroken" in call("verify_log")
    assert PublicPledge.objects.get(pledge=one).slug == one.slug


def test_verify_log_holds_after_a_move() -> None:
    addresses.move(make_published_pledge(), to="new-lemon")

    assert "unbroken" in call("verify_log")


def test_verify_log_finds_a_pledge_missing_from_the_lists() -> None:
    make_published_pledge()
    PublicPledge.objects.all().delete()

    with pytest.raises(CommandError, match="missing from the lists"):
        call("verify_log")


def test_verify_log_finds_a_changed_published_verdict() -> None:
    make_published_pledge()
    tamper(f"UPDATE {VERDICT} SET summary = 'Falsified'")

    with pytest.raises(CommandError, match=r"published verdict \d+ was changed"):
        call("verify_log")


def test_verify_log_finds_an_edition_that_nobody_approved() -> None:
    make_published_pledge()
    tamper("DELETE FROM pledges_review")

    with pytest.raises(CommandError, match="Entry 1: no review approved it"):
        call("verify_log")


@pytest.mark.parametrize("column", ["entry", "content", "salt"])
def test_verify_log_names_an_entry_that_cannot_be_read(column: str) -> None:
    make_published_pledge()
    rubbish = "'rubbish'" if connection.vendor == "sqlite" else r"'\xff'"
    tamper(f"UPDATE {EDITION} SET {column} = {rubbish}")

    with pytest.raises(CommandError, match="Entry 1: "):
        call("verify_log")


def test_verify_log_finds_a_missing_guard() -> None:
    remove_guards(connection)

    with pytest.raises(CommandError, match="guard"):
        call("verify_log")


def test_verify_log_finds_a_pledge_hidden_behind_two_retired_addresses() -> None:
    one, other = make_published_pledge(slug="one"), make_published_pledge(slug="other")
    for pledge in (one, other):
        RetiredSlug.objects.create(slug=pledge.slug, pledge=pledge, retired_at="2026-01-01T00:00Z")
    PublicPledge.objects.filter(pledge=one).update(slug="elsewhere")
    PublicPledge.objects.filter(pledge=other).update(slug="one")
    PublicPledge.objects.filter(pledge=one).update(slug="other")
    Pledge.objects.filter(pk=one.pk).update(slug="elsewhere")
    Pledge.objects.filter(pk=other.pk).update(slug="one")
    Pledge.objects.filter(pk=one.pk).update(slug="other")

    with pytest.raises(CommandError, match="address"):
        call("verify_log")


def test_verify_log_finds_a_pledge_moved_away_behind_the_journals_back() -> None:
    pledge = make_published_pledge()
    RetiredSlug.objects.create(slug=pledge.slug, pledge=pledge, retired_at="2026-01-01T00:00Z")
    PublicPledge.objects.update(slug="somewhere")
    Pledge.objects.update(slug="somewhere")

    with pytest.raises(CommandError, match="neither in the log nor in the journal"):
        call("verify_log")


def test_verify_log_finds_an_edition_given_to_another_pledge() -> None:
    one, other = make_published_pledge(), make_published_pledge()
    publish(one, kind="update")
    tamper(f"UPDATE {EDITION} SET pledge_id = {other.pk} WHERE sequence = 3")
    tamper(f"UPDATE pledges_review SET pledge_id = {other.pk} WHERE edition_id = 3")

    with pytest.raises(CommandError):
        call("verify_log")


@pytest.mark.parametrize("column", ["family", "slug"])
def test_verify_log_finds_a_rating_that_was_turned_round(column: str) -> None:
    make_published_pledge()
    Rating.objects.update(**{column: "broken"})

    with pytest.raises(CommandError, match="was given another address or family"):
        call("verify_log")


def test_verify_log_finds_a_verdict_that_was_never_published() -> None:
    edition = make_published_pledge().editions.get()
    verdict = make_verdict(edition.pledge)
    tamper(f"UPDATE {VERDICT} SET first_edition_id = {edition.pk} WHERE id = {verdict.pk}")

    with pytest.raises(CommandError, match="marked as published, but no current edition has it"):
        call("verify_log")


def test_verify_log_says_in_words_that_a_table_is_missing() -> None:
    make_published_pledge()
    missing = "pledges_publicpledge"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {missing} RENAME TO hidden")
        with pytest.raises(CommandError, match="The database cannot be read"):
            call("verify_log")
        transaction.set_rollback(True)
