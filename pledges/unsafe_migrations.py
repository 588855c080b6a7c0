"""Which migrations the release that is still serving might not survive.

While a release is rolled out the old code works on the new tables: a column that it reads may not go, one that it does
not know must fill itself, and nobody may wait for a table that is written anew. What is not known to be safe takes two
releases, or a sentence in the migration that says why it is: `unsafe_because = "…"`, for whoever reads it before a release.
"""

from collections.abc import Iterator, Sequence

from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    AlterModelManagers,
    AlterModelOptions,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED, Field

# Exact types: a subclass may do anything.
_SAFE: set[type[Operation]] = {CreateModel, AlterModelOptions, AlterModelManagers}
_GONE = "takes away what the old code reads"
_WAITING = "has everyone who writes wait while it goes through the table"
_WHY: dict[type[Operation], str] = {
    RemoveField: _GONE,
    RenameField: _GONE,
    RenameModel: _GONE,
    DeleteModel: _GONE,
    AlterField: "may rewrite the table while everyone waits",
    AddIndex: _WAITING,
    AddConstraint: f"{_WAITING}, and may refuse what the old code writes",
}


def explanation(migration: Migration) -> str:
    """Give the sentence by which a migration answers for itself."""
    return str(getattr(migration, "unsafe_because", ""))


def reasons(migration: Migration) -> Iterator[str]:
    """Say, in sentences, what in a migration is not known to be safe, whether it is explained or not."""
    for operation in _in_database(migration.operations):
        if why := _why_unsafe(operation):
            yield f"{operation.describe()}: {why}."


def _in_database(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Give the operations that touch the database, those within others too."""
    for operation in operations:
        if type(operation) is SeparateDatabaseAndState:
            yield from _in_database(operation.database_operations)
        else:
            yield operation


def _why_unsafe(operation: Operation) -> str:
    if type(operation) in _SAFE:
        return ""
    if type(operation) is AddField:
        return _why_not_to_add(operation.field)
    return _WHY.get(type(operation), "is not known to be safe")


def _why_not_to_add(field: Field) -> str:
    if field.many_to_many:
        return ""  # a table of its own
    default = field.db_default
    if field.generated or hasattr(default, "resolve_expression"):
        return "may rewrite the table while everyone waits"
    if field.unique or getattr(field, "db_index", False):
        return _WAITING
    fills_itself = field.null or default is not NOT_PROVIDED
    return "" if fills_itself else "the old code would insert rows without it: give it null or db_default"
