"""Which migrations the release that is still serving would not survive.

While a release is rolled out the old code works on the new tables: a column that it reads may not go, one that it does
not know must fill itself. Such a step takes two releases, or a sentence in the migration that says why it is safe:
`unsafe_because = "…"`.
"""

from collections.abc import Iterator

from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddField,
    AlterField,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunSQL,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

_GONE = "takes away what the old code reads"
_UNSAFE: dict[type[Operation], str] = {
    RemoveField: _GONE,
    RenameField: _GONE,
    RenameModel: _GONE,
    DeleteModel: _GONE,
    AlterField: "may rewrite the table while everyone waits",
    RunSQL: "cannot be judged",
}


def reasons(migration: Migration) -> Iterator[str]:
    """Say, in sentences, what in a migration is unsafe and not explained."""
    if getattr(migration, "unsafe_because", ""):
        return
    for operation in migration.operations:
        why = _UNSAFE.get(type(operation)) or (_why_unsafe(operation) if isinstance(operation, AddField) else "")
        if why:
            yield f"{operation.describe()}: {why}."


def _why_unsafe(operation: AddField) -> str:
    field = operation.field
    fills_itself = field.null or field.many_to_many or getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED
    return "" if fills_itself else "the old code would insert rows without it: give it null or db_default"
