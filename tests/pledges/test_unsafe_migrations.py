"""A migration that the old release would not survive is named, unless it says why it is safe."""

import pytest
from django.core.checks import run_checks
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from pledges import system_checks, unsafe_migrations


def reasons(*operations: Operation, because: str = "") -> list[str]:
    migration = migrations.Migration("0100_lemons", "pledges")
    migration.operations = list(operations)  # type: ignore[misc]
    if because:
        migration.unsafe_because = because  # type: ignore[attr-defined]
    return list(unsafe_migrations.reasons(migration))


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("lemon", "colour"),
        migrations.RenameField("lemon", "colour", "hue"),
        migrations.RenameModel("lemon", "lime"),
        migrations.DeleteModel("lemon"),
        migrations.AlterField("lemon", "colour", models.TextField()),
        migrations.AddField("lemon", "colour", models.TextField()),
        migrations.AddField("lemon", "colour", models.TextField(default="yellow")),
        migrations.RunSQL("DROP TABLE lemon"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_the_old_release_would_not_survive_is_named(operation: Operation) -> None:
    (reason,) = reasons(operation)

    assert reason.startswith(operation.describe())
    assert reasons(operation, because="Nobody reads it.") == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("lemon", "colour", models.TextField(null=True)),
        migrations.AddField("lemon", "colour", models.TextField(db_default="yellow")),
        migrations.CreateModel("lemon", [("id", models.BigAutoField(primary_key=True))]),
        migrations.RunPython(migrations.RunPython.noop),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_it_would_survive_is_not(operation: Operation) -> None:
    assert reasons(operation) == []


def test_the_check_before_a_release_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "pledges.W001" not in {message.id for message in run_checks(include_deployment_checks=True)}

    monkeypatch.setattr(system_checks, "_FIRST_CHECKED", 1)

    assert "pledges.W001" in {message.id for message in run_checks(include_deployment_checks=True)}
