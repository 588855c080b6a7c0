"""Where a text stands in the database: the rows of a pledge, their history, and whatever else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models

from pledges.models import Edition, Evidence, Pledge, Reply, Source, Verdict
from pledges.removal import Removal, Removed, texts_of


@dataclass(frozen=True)
class Trace:
    """A row, and what its fields are to hold instead."""

    row: models.Model
    changes: dict[str, str]

    def __str__(self) -> str:
        return f"{self.row._meta.verbose_name} {self.row.pk}: {', '.join(sorted(self.changes))}"

    @property
    def texts(self) -> list[Removed]:
        return [Removed(name, getattr(self.row, name), after) for name, after in sorted(self.changes.items())]

    def remove(self) -> None:
        # Past save(): the change is the redaction's, not another save by an editor.
        type(self.row)._default_manager.filter(pk=self.row.pk).update(**self.changes)


def traces(pledge: Pledge, sources: Iterable[int], removal: Removal) -> Iterator[Trace]:
    """Find the rows that a pledge's page is made of, what history kept of them, and the admin's notes.

    Raises NotRemovableError where a field cannot be blanked.
    """
    for rows in _rows(pledge, list(sources)):
        for row in rows.iterator():
            if changes := _changes(row, removal):
                yield Trace(row, changes)


def remaining(removal: Removal) -> Iterator[str]:
    """Name every row of the whole database that still holds the text."""
    for model in apps.get_models():
        for row in model._default_manager.order_by("pk").iterator():
            held = [name for name, text in _texts(row) if removal.concerns(text)]
            if held:
                yield f"{row._meta.verbose_name} {row.pk}: {', '.join(held)}"


def _rows(pledge: Pledge, sources: list[int]) -> Iterator[models.QuerySet[models.Model]]:
    yield Pledge.objects.filter(pk=pledge.pk)
    yield Pledge.history.filter(id=pledge.pk)
    for model in (Verdict, Evidence, Reply):
        yield model._default_manager.filter(pledge=pledge)
        yield model.history.filter(pledge_id=pledge.pk)
    yield Source.objects.filter(pk__in=sources)
    yield Source.history.filter(id__in=sources)
    yield LogEntry.objects.all()


def _changes(row: models.Model, removal: Removal) -> dict[str, str]:
    is_published = isinstance(row, Verdict) and row.first_edition_id is not None
    key = getattr(row, "id", row.pk)  # a history row has that of its row
    changed = {name: removal.from_field(name, text, key) for name, text in _texts(row) if removal.concerns(text)}
    return dict.fromkeys(changed, "") if is_published else changed


def _texts(row: models.Model) -> Iterator[tuple[str, str]]:
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str):
            yield field.attname, value
        elif isinstance(row, Edition) and isinstance(value, bytes | memoryview) and field.name != "salt":
            yield from texts_of(bytes(value))
