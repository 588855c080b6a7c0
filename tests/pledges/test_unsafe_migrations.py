"""A migration that the old release might not survive is named, unless it says why it would."""

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.checks import CheckMessage, run_checks
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models.functions import Now

from pledges import system_checks, unsafe_migrations


class CreateModelAndMore(migrations.CreateModel):
    """What a subclass does, nobody knows."""


def migration(*operations: Operation, name: str = "0100_lemons", app: str = "pledges") -> migrations.Migration:
    made = migrations.Migration(name, app)
    made.operations = list(operations)  # type: ignore[misc]
    return made


def add(field: models.Field) -> Operation:
    return migrations.AddField("lemon", "colour", field)


INDEX = models.Index(fields=["colour"], name="by_colour")
REMOVED = migrations.RemoveField("lemon", "colour")
CREATED = migrations.CreateModel("lemon", [("id", models.BigAutoField(primary_key=True))])


@pytest.mark.parametrize(
    "operation",
    [
        REMOVED,
        migrations.RenameField("lemon", "colour", "hue"),
        migrations.RenameModel("lemon", "lime"),
        migrations.DeleteModel("lemon"),
        migrations.AlterField("lemon", "colour", models.TextField()),
        migrations.AlterModelTable("lemon", "limes"),
        migrations.AlterUniqueTogether("lemon", {("colour", "size")}),
        migrations.AlterIndexTogether("lemon", {("colour", "size")}),
        migrations.AlterOrderWithRespectTo("lemon", "tree"),
        migrations.AddIndex("lemon", INDEX),
        AddIndexConcurrently("lemon", INDEX),
        migrations.RemoveIndex("lemon", "by_colour"),
        migrations.AddConstraint("lemon", models.UniqueConstraint(fields=["colour"], name="one")),
        migrations.RemoveConstraint("lemon", "one"),
        add(models.TextField()),
        add(models.TextField(default="yellow")),
        add(models.TextField(null=True, unique=True)),
        add(models.TextField(null=True, db_index=True)),
        add(models.DateTimeField(db_default=Now())),
        migrations.RunSQL("DROP TABLE lemon"),
        migrations.RunPython(migrations.RunPython.noop),
        CreateModelAndMore("lemon", []),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_is_not_known_to_be_safe_is_named(operation: Operation) -> None:
    (reason,) = unsafe_migrations.reasons(migration(operation))

    assert reason.startswith(operation.describe())


@pytest.mark.parametrize(
    "operation",
    [
        add(models.TextField(null=True)),
        add(models.TextField(db_default="yellow")),
        add(models.ManyToManyField("lemon")),
        CREATED,
        migrations.AlterModelOptions("lemon", {"ordering": ["pk"]}),
        migrations.SeparateDatabaseAndState(state_operations=[REMOVED]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_it_would_survive_is_not(operation: Operation) -> None:
    assert list(unsafe_migrations.reasons(migration(operation))) == []


def test_what_stands_within_another_operation_is_judged_by_itself() -> None:
    inner = migrations.SeparateDatabaseAndState([CREATED, REMOVED])

    (reason,) = unsafe_migrations.reasons(migration(migrations.SeparateDatabaseAndState([inner])))

    assert reason.startswith(REMOVED.describe())


def found() -> list[CheckMessage]:
    messages = run_checks(include_deployment_checks=True)
    return [message for message in messages if message.id == "pledges.W001"]


@pytest.fixture(params=["pledges", "newsletter"])
def upcoming(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> migrations.Migration:
    """The migration that will be made next, which takes something away."""
    made = MigrationLoader(None).disk_migrations
    newest = max(int(name[:4]) for app, name in made if app == request.param)
    upcoming = migration(REMOVED, name=f"{newest + 1:04}_lemons", app=request.param)
    made[(request.param, upcoming.name)] = upcoming
    monkeypatch.setattr(MigrationLoader, "load_disk", lambda loader: setattr(loader, "disk_migrations", made))
    monkeypatch.setattr(MigrationLoader, "build_graph", MigrationLoader.load_disk)
    return upcoming


def test_the_next_migration_is_looked_at_before_a_release(upcoming: migrations.Migration) -> None:
    assert [message.id for message in found() if str(upcoming) in message.msg] == ["pledges.W001"]


def test_of_one_that_answers_for_itself_nothing_is_said(upcoming: migrations.Migration) -> None:
    upcoming.unsafe_because = "Nobody reads it."  # type: ignore[attr-defined]

    assert [message for message in found() if str(upcoming) in message.msg] == []


def test_all_apps_with_migrations_of_ours_are_looked_at() -> None:
    made = MigrationLoader(None).disk_migrations.items()

    ours = {app for (app, _name), migration in made if type(migration).__module__.startswith(("pledges.", "tracker."))}
    assert ours == set(system_checks._FIRST_CHECKED)
    assert not [message for message in found() if message.id == "pledges.W001"]
