"""The database refuses: nothing here goes through an action."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any, cast

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models.deletion import ProtectedError

from pledges.actions import editions, reviews
from pledges.content import canonical
from pledges.guards import install_guards, missing_guards, remove_guards
from pledges.models import Checkpoint, Edition, Review, Verdict
from pledges.models.fields import LineField
from pledges.record_guards import CHECKPOINT, EDITION, VERDICT
from pledges.system_checks import check_guards
from pledges.verifier import entry_hash
from tests.factories import (
    make_approved_review,
    make_checkpoint,
    make_editor,
    make_pledge,
    make_published_pledge,
    make_review,
    make_verdict,
    publish,
)

pytestmark = pytest.mark.django_db
sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way of writing")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own way of writing")


@pytest.fixture
def edition() -> Edition:
    return make_published_pledge().editions.get()


@pytest.fixture
def verdict(edition: Edition) -> Verdict:
    return edition.verdicts_recorded.get()


def refused(attempt: Callable[[], Any]) -> str:
    """Make an attempt, make sure the database refused it, and give what it said."""
    before = everything()
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        attempt()
    assert everything() == before
    return str(error.value)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Edition, Verdict)]


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def copy_of(edition: Edition, **changed: Any) -> Edition:
    fields = {field.attname: getattr(edition, field.attname) for field in Edition._meta.concrete_fields}
    return Edition(**{**fields, **changed})


def continuing(edition: Edition, **changed: Any) -> Edition:
    """A forged edition that continues the chain but for what is changed."""
    forged = {
        "sequence": edition.sequence + 1,
        "number": edition.number + 1,
        "previous_hash": edition.hash,
        "hash": entry_hash(b"forged"),
    }
    return copy_of(edition, **{**forged, **changed})


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


def redact(edition: Edition, *, names: list[int]) -> None:
    entry = canonical({"redacts": names})
    continuing(edition, kind="redaction", entry=entry).save(force_insert=True)


def test_only_a_redaction_that_names_it_may_blank_an_edition(edition: Edition) -> None:
    blank = {"content": None, "salt": None, "content_digest": None}
    refused(lambda: Edition.objects.filter(pk=edition.pk).update(**blank))

    redact(edition, names=[edition.sequence])

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None))
    refused(lambda: Edition.objects.filter(pk=edition.pk).update(**blank, change_note="and more"))
    Edition.objects.filter(pk=edition.pk).update(**blank)


def test_a_redaction_of_another_edition_frees_nothing(edition: Edition) -> None:
    redact(edition, names=[edition.sequence + 1])

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None, salt=None, content_digest=None))


def test_a_redaction_may_empty_the_texts_of_a_verdict_and_no_more(verdict: Verdict, edition: Edition) -> None:
    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(summary="", explanation=""))

    redact(edition, names=[edition.sequence])

    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(summary="Something kinder."))
    refused(lambda: Verdict.objects.filter(pk=verdict.pk).update(effective_on="2020"))
    Verdict.objects.filter(pk=verdict.pk).update(summary="", explanation="")


def test_a_guard_of_a_column_that_is_not_there_yet_is_passed_over() -> None:
    remove_guards(connection)
    run("ALTER TABLE pledges_review RENAME COLUMN copies_digest TO elsewhere")

    install_guards(connection)

    assert missing_guards(connection) == ["pledges_review_guard_update"]


def test_the_check_names_a_missing_guard() -> None:
    remove_guards(connection)

    messages = check_guards(databases=["default"])
    install_guards(connection)

    assert f"{EDITION}_guard_delete" in " ".join(message.msg for message in messages)
    assert check_guards(databases=["default"]) == []


@sqlite_only
def test_an_altered_guard_counts_as_missing_on_sqlite() -> None:
    run(f"DROP TRIGGER {EDITION}_guard_delete")
    run(f"CREATE TRIGGER {EDITION}_guard_delete BEFORE DELETE ON {EDITION} BEGIN SELECT 1; END")

    assert missing_guards(connection) == [f"{EDITION}_guard_delete"]


@postgresql_only
@pytest.mark.parametrize(
    "tampering",
    [
        f"ALTER TABLE {EDITION} DISABLE TRIGGER {EDITION}_guard_delete",
        f"ALTER TABLE {EDITION} ENABLE TRIGGER {EDITION}_guard_delete",
        f"CREATE OR REPLACE FUNCTION {EDITION}_guard_delete() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        (
            f"DROP TRIGGER {EDITION}_guard_delete ON {EDITION};"
            f" CREATE TRIGGER {EDITION}_guard_delete BEFORE DELETE ON {EDITION} FOR EACH ROW WHEN (false)"
            f" EXECUTE FUNCTION {EDITION}_guard_delete();"
            f" ALTER TABLE {EDITION} ENABLE ALWAYS TRIGGER {EDITION}_guard_delete"
        ),
    ],
    ids=["switched off", "not always", "hollow", "never fires"],
)
def test_an_altered_guard_counts_as_missing_on_postgresql(tampering: str) -> None:
    run(tampering)

    assert missing_guards(connection) == [f"{EDITION}_guard_delete"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
@pytest.mark.parametrize("model", [Edition, Verdict])
def test_a_migration_that_rebuilds_a_guarded_table_leaves_the_guards_in_place(model: type[models.Model]) -> None:
    publish(make_published_pledge(), kind="update")
    rows = model._default_manager.count()
    name = "change_note" if model is Edition else "summary"
    old = cast("LineField", model._meta.get_field(name))
    new = old.clone()
    new.max_length = 501
    new.set_attributes_from_name(name)
    new.model = model

    remove_guards(connection)
    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new)
    install_guards(connection)

    assert missing_guards(connection) == []
    assert model._default_manager.count() == rows
    refused(lambda: run(f"DELETE FROM {model._meta.db_table}"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
def test_migrate_puts_lost_guards_back() -> None:
    remove_guards(connection)

    call_command("migrate", skip_checks=True, verbosity=0, stdout=StringIO())

    assert missing_guards(connection) == []


def test_a_verdict_cannot_be_dated_back_to_an_older_edition(edition: Edition) -> None:
    draft = make_verdict(edition.pledge)
    publish(make_published_pledge(), kind="update")

    refused(lambda: Verdict.objects.filter(pk=draft.pk).update(first_edition=edition))


def test_a_verdict_cannot_be_entered_as_published(edition: Edition, verdict: Verdict) -> None:
    verdict.pk = None

    refused(lambda: verdict.save(force_insert=True))


def test_a_redaction_of_another_pledge_frees_nothing(edition: Edition) -> None:
    other = make_published_pledge()
    last = Edition.objects.get(sequence=2)
    forged = continuing(last, pledge_id=other.pk, kind="redaction", entry=canonical({"redacts": [edition.sequence]}))
    forged.save(force_insert=True)

    refused(lambda: Edition.objects.filter(pk=edition.pk).update(content=None, salt=None, content_digest=None))


@sqlite_only
def test_blanking_cannot_move_a_row_onto_another(edition: Edition) -> None:
    make_published_pledge()
    last = Edition.objects.get(sequence=2)
    continuing(last, pledge_id=edition.pledge_id, number=2, kind="redaction", entry=canonical({"redacts": [1]})).save(
        force_insert=True
    )

    refused(
        lambda: run(
            f"UPDATE OR REPLACE {EDITION} SET content = NULL, salt = NULL, content_digest = NULL, rowid = 2"
            " WHERE sequence = 1"
        )
    )


@postgresql_only
def test_a_table_of_the_sessions_own_is_not_taken_for_the_log(edition: Edition) -> None:
    run(f"CREATE TEMP TABLE {EDITION} (LIKE public.{EDITION})")
    run(
        f"INSERT INTO pg_temp.{EDITION} (sequence, pledge_id, number, kind, published_at, change_note, entry, hash,"
        " previous_hash, actor_id, approver_id)"
        " SELECT 999, pledge_id, 9, 'redaction', published_at, change_note, convert_to('{\"redacts\":[1]}', 'UTF8'),"
        f" hash, previous_hash, actor_id, approver_id FROM public.{EDITION}"
    )
    blank = f"UPDATE public.{EDITION} SET content = NULL, salt = NULL, content_digest = NULL"

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(blank)
    run(f"DROP TABLE pg_temp.{EDITION}")


@postgresql_only
def test_an_operator_of_the_sessions_own_is_not_taken_for_the_real_one(verdict: Verdict) -> None:
    run("CREATE SCHEMA evil")
    for kind in ("varchar", "text"):
        run(f"CREATE FUNCTION evil.yes({kind}, {kind}) RETURNS bool LANGUAGE sql AS 'select true'")
        run(f"CREATE OPERATOR evil.= (leftarg = {kind}, rightarg = {kind}, function = evil.yes)")
    run("SET LOCAL search_path = evil, pg_catalog, public")

    with pytest.raises(DatabaseError, match="write a new one"), transaction.atomic():
        run(f"UPDATE {VERDICT} SET summary = 'Forged'")
    run("SET LOCAL search_path = public")


@postgresql_only
def test_a_guard_with_another_search_path_counts_as_altered() -> None:
    run(f"ALTER FUNCTION {EDITION}_guard_update() SET search_path TO evil, public")

    assert missing_guards(connection) == [f"{EDITION}_guard_update"]


def test_a_review_cannot_be_turned_into_another_request() -> None:
    review = make_approved_review()

    for changed in (
        {"kind": "withdrawal"},
        {"change_note": "Never approved."},
        {"content_digest": "f" * 64},
        {"copies_digest": ""},
    ):
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            Review.objects.filter(pk=review.pk).update(**changed)


def test_an_approval_cannot_be_given_to_somebody_else() -> None:
    review = make_approved_review()

    with pytest.raises(DatabaseError, match="only be taken back"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(decided_by=make_editor())


def test_a_published_review_can_neither_change_nor_go(edition: Edition) -> None:
    for attempt in (lambda: Review.objects.update(comment="Otherwise"), lambda: Review.objects.all().delete()):
        with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
            attempt()


@pytest.fixture
def checkpoint(edition: Edition) -> Checkpoint:
    return make_checkpoint()


@pytest.mark.parametrize("column", [field.column for field in Checkpoint._meta.concrete_fields])
def test_a_checkpoint_refuses_update_of_every_column(checkpoint: Checkpoint, column: str) -> None:
    for value in ("NULL", column):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(f"UPDATE {CHECKPOINT} SET {column} = {value}")


def test_a_checkpoint_refuses_delete(checkpoint: Checkpoint) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        checkpoint.delete()


@pytest.mark.parametrize("size", [0, 1])
def test_a_checkpoint_of_no_more_entries_is_refused(checkpoint: Checkpoint, size: int) -> None:
    checkpoint.size = size

    with pytest.raises(DatabaseError, match="a new one has more entries"), transaction.atomic():
        checkpoint.save(force_insert=True)


@postgresql_only
def test_checkpoints_cannot_be_truncated(checkpoint: Checkpoint) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(f"TRUNCATE {CHECKPOINT}")


@sqlite_only
@pytest.mark.parametrize("place", [(1, 1), (1, 2)], ids=["its size", "its hidden row number"])
def test_replace_into_a_checkpoint_is_refused(checkpoint: Checkpoint, place: tuple[int, int]) -> None:
    replace = f"REPLACE INTO {CHECKPOINT} (rowid, size, root, note, verifier_key, signed_at) SELECT"

    with pytest.raises(DatabaseError, match="a new one has more entries"), transaction.atomic():
        run(f"{replace} %s, %s, root, note, verifier_key, signed_at FROM {CHECKPOINT}", *place)


def test_only_a_redaction_may_blank_what_a_review_tells_of_the_content(edition: Edition) -> None:
    review = Review.objects.filter(edition=edition)
    digests = ("content_digest", "copies_digest")
    for column in digests:
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            review.update(**{column: ""})

    redact(edition, names=[edition.sequence])

    for column in digests:
        with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
            review.update(**{column: "f" * 64})
    with pytest.raises(DatabaseError, match="asks for what it asked for"), transaction.atomic():
        review.update(content_digest="", kind="withdrawal")
    review.update(content_digest="", copies_digest="")


def test_only_a_later_redaction_of_the_pledge_lets_a_comment_go() -> None:
    review = make_review()
    reviews.approve(review, by=make_editor(), comment="As good as lemons.")
    edition = editions.publish(review)
    with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
        Review.objects.update(comment="")

    redact(edition, names=[])

    with pytest.raises(DatabaseError, match="published review"), transaction.atomic():
        Review.objects.update(comment="Otherwise.")
    Review.objects.update(comment="")
