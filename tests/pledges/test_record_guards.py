"""The database refuses: nothing here goes through an action."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models.deletion import ProtectedError

from pledges.models import Edition, Verdict
from pledges.record_guards import EDITION, VERDICT
from tests.factories import make_pledge, make_published_pledge, make_verdict, publish
from tests.pledges.forgeries import continuing, copy_of, postgresql_only, refused, run, sqlite_only

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("column", [field.column for field in Edition._meta.concrete_fields])
def test_an_edition_refuses_update_of_every_column(edition: Edition, column: str) -> None:
    refused(lambda: run(f"UPDATE {EDITION} SET {column} = NULL"))
    refused(lambda: run(f"UPDATE {EDITION} SET {column} = {column}"))


@pytest.mark.parametrize("column", [field.column for field in Verdict._meta.concrete_fields])
def test_a_published_verdict_refuses_update_of_every_column(verdict: Verdict, column: str) -> None:
    refused(lambda: run(f"UPDATE {VERDICT} SET {column} = NULL"))
    refused(lambda: run(f"UPDATE {VERDICT} SET {column} = {column}"))


def test_an_edition_refuses_queryset_update(edition: Edition) -> None:
    assert "append-only" in refused(lambda: Edition.objects.update(change_note="never happened"))


def test_an_edition_refuses_save(edition: Edition) -> None:
    edition.change_note = "never happened"

    refused(edition.save)


def test_an_edition_refuses_bulk_update(edition: Edition) -> None:
    edition.change_note = "never happened"

    refused(lambda: Edition.objects.bulk_update([edition], ["change_note"]))


def test_an_edition_refuses_every_bulk_method(edition: Edition) -> None:
    falsified = copy_of(edition, change_note="never happened")
    attempts: list[Callable[[], Any]] = [
        lambda: Edition.objects.bulk_create([falsified]),
        lambda: Edition.objects.bulk_create(
            [falsified], update_conflicts=True, update_fields=["change_note"], unique_fields=["sequence"]
        ),
        lambda: Edition.objects.update_or_create(pk=edition.pk, defaults={"change_note": "never happened"}),
        lambda: Edition.objects.all()._raw_delete("default"),
        lambda: falsified.save(force_update=True),
    ]
    for attempt in attempts:
        refused(attempt)


def test_an_edition_refuses_delete(edition: Edition) -> None:
    assert "append-only" in refused(lambda: run(f"DELETE FROM {EDITION}"))


def test_the_orm_refuses_to_delete_an_edition(edition: Edition) -> None:
    with pytest.raises(ProtectedError):
        edition.delete()


def test_a_published_verdict_refuses_delete(verdict: Verdict) -> None:
    refused(verdict.delete)


def test_a_published_verdict_refuses_save(verdict: Verdict) -> None:
    verdict.summary = "Nobody has a lemon."

    assert "write a new one" in refused(verdict.save)


def test_a_published_verdict_cannot_become_a_draft_again(verdict: Verdict) -> None:
    refused(lambda: Verdict.objects.update(first_edition=None))


def test_a_draft_verdict_can_change_and_go() -> None:
    verdict = make_verdict(make_pledge())
    verdict.summary = "On second thoughts."

    verdict.save()
    verdict.delete()


@postgresql_only
@pytest.mark.parametrize("table", [EDITION, VERDICT])
def test_truncate_is_refused(edition: Edition, table: str) -> None:
    refused(lambda: run(f"TRUNCATE {table} CASCADE"))


@sqlite_only
def test_replace_into_with_an_old_sequence_is_refused(edition: Edition) -> None:
    refused(lambda: run(f"REPLACE INTO {EDITION} SELECT * FROM {EDITION}"))


@sqlite_only
@pytest.mark.parametrize("collides", ["hash", "number"])
def test_replace_into_with_a_valid_next_sequence_is_refused(edition: Edition, collides: str) -> None:
    columns = [field.column for field in Edition._meta.concrete_fields]
    forged = continuing(edition, **{collides: getattr(edition, collides)})
    values = [getattr(forged, field.attname) for field in Edition._meta.concrete_fields]
    places = ", ".join(["%s"] * len(columns))

    refused(lambda: run(f"REPLACE INTO {EDITION} ({', '.join(map(str, columns))}) VALUES ({places})", *values))


@sqlite_only
@pytest.mark.parametrize("hidden", ["rowid", "oid", "_rowid_"])
def test_replace_into_with_an_old_hidden_row_number_is_refused(edition: Edition, hidden: str) -> None:
    forged = continuing(edition)
    columns = [str(field.column) for field in Edition._meta.concrete_fields]
    values = [getattr(forged, field.attname) for field in Edition._meta.concrete_fields]
    places = ", ".join(["%s"] * (len(columns) + 1))

    refused(lambda: run(f"REPLACE INTO {EDITION} ({hidden}, {', '.join(columns)}) VALUES ({places})", 1, *values))


@sqlite_only
def test_replace_into_a_published_verdict_is_refused(verdict: Verdict) -> None:
    refused(lambda: run(f"REPLACE INTO {VERDICT} SELECT * FROM {VERDICT}"))


@sqlite_only
def test_update_or_replace_cannot_move_a_draft_onto_a_published_verdict(verdict: Verdict) -> None:
    draft = make_verdict(verdict.pledge)

    refused(lambda: run(f"UPDATE OR REPLACE {VERDICT} SET id = %s WHERE id = %s", verdict.pk, draft.pk))


@postgresql_only
def test_insert_on_conflict_update_is_refused(edition: Edition) -> None:
    refused(
        lambda: run(
            f"INSERT INTO {EDITION} SELECT * FROM {EDITION} ON CONFLICT (sequence) DO UPDATE SET change_note = 'forged'"
        )
    )


@postgresql_only
def test_a_session_that_calls_itself_a_replica_is_refused(edition: Edition) -> None:
    run("SET LOCAL session_replication_role = replica")

    refused(lambda: run(f"DELETE FROM {EDITION}"))


@pytest.mark.parametrize(
    "changed",
    [
        {"sequence": 7},
        {"previous_hash": "f" * 64},
        {"published_at": "2001-01-01T00:00:00Z"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_an_insert_that_breaks_the_chain_is_refused(edition: Edition, changed: dict[str, Any]) -> None:
    refused(lambda: continuing(edition, **changed).save(force_insert=True))


def test_an_insert_that_continues_the_chain_passes(edition: Edition) -> None:
    continuing(edition).save(force_insert=True)

    assert Edition.objects.count() == 2


def test_one_insert_of_two_rows_cannot_leave_a_gap(edition: Edition) -> None:
    second = continuing(edition)
    third = continuing(second, sequence=second.sequence + 2, hash="e" * 64)

    refused(lambda: Edition.objects.bulk_create([second, third]))


def test_loaddata_over_an_edition_or_a_published_verdict_is_refused(edition: Edition, tmp_path: Path) -> None:
    for model in (Edition, Verdict):
        fixture = tmp_path / "fixture.json"
        fixture.write_text(serializers.serialize("json", model.objects.all()))

        refused(lambda fixture=fixture: call_command("loaddata", str(fixture), verbosity=0))  # type: ignore[misc]


def test_one_person_cannot_stand_for_two(edition: Edition) -> None:
    with pytest.raises(IntegrityError, match="edition_has_two_people"), transaction.atomic():
        continuing(edition, approver_id=edition.actor_id).save(force_insert=True)


def test_a_verdict_cannot_be_dated_back_to_an_older_edition(edition: Edition) -> None:
    draft = make_verdict(edition.pledge)
    publish(make_published_pledge(), kind="update")

    refused(lambda: Verdict.objects.filter(pk=draft.pk).update(first_edition=edition))


def test_a_verdict_cannot_be_entered_as_published(edition: Edition, verdict: Verdict) -> None:
    verdict.pk = None

    refused(lambda: verdict.save(force_insert=True))
