"""The guards are installed, looked after and put back."""

from io import StringIO
from typing import cast

import pytest
from django.core.management import call_command
from django.db import connection, models

from pledges.guards import install_guards, missing_guards, remove_guards
from pledges.models import Edition, Verdict
from pledges.models.fields import LineField
from pledges.record_guards import EDITION
from pledges.system_checks import check_guards
from tests.factories import make_published_pledge, publish
from tests.pledges.forgeries import postgresql_only, refused, run, sqlite_only

pytestmark = pytest.mark.django_db


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


@postgresql_only
def test_a_guard_with_another_search_path_counts_as_altered() -> None:
    run(f"ALTER FUNCTION {EDITION}_guard_update() SET search_path TO evil, public")

    assert missing_guards(connection) == [f"{EDITION}_guard_update"]
