from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.db import connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from pledges import unsafe_migrations
from pledges.guards import missing_guards

# Migrations before these numbers were made before the site first served readers.
_FIRST_CHECKED = {"pledges": 17, "newsletter": 5}


def check_guards(*, databases: Sequence[str] | None = None, **_options: Any) -> list[checks.CheckMessage]:
    """Fail when a guard of the record is missing, off or altered."""
    return [
        checks.Error(
            f"The guard {name} of the database {alias} is missing, switched off or altered.",
            hint="Find out who removed it and run verify_log; `migrate --skip-checks` puts it back.",
            id="pledges.E001",
        )
        for alias in databases or ()
        if _is_migrated(alias)
        for name in missing_guards(connections[alias])
    ]


def check_migrations(**_options: Any) -> list[checks.CheckMessage]:
    """Name the migrations that the release which still serves might not survive and that do not say why it would."""
    made = MigrationLoader(None).disk_migrations
    return [
        message
        for (app, name), migration in sorted(made.items())
        if app in _FIRST_CHECKED and int(name[:4]) >= _FIRST_CHECKED[app]
        for message in _messages_on(migration)
    ]


def _messages_on(migration: Migration) -> Iterator[checks.CheckMessage]:
    if unsafe_migrations.explanation(migration):
        return
    for reason in unsafe_migrations.reasons(migration):
        yield checks.Warning(
            f"The migration {migration} may be unsafe while the old release serves. {reason}",
            hint="Take two releases, or say in the migration why it is safe: unsafe_because = “…”.",
            id="pledges.W001",
        )


def _is_migrated(alias: str) -> bool:
    # While migrations wait, guards may rightly differ: the last of them, or post_migrate, puts them in place.
    executor = MigrationExecutor(connections[alias])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
