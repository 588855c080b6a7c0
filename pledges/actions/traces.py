"""Where a text stands in the database: the rows of a pledge, their history, and whatever else."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models

from pledges.models import Edition, Evidence, Pledge, Reply, SiteText, Source, Verdict
from pledges.models.fields import LineField, MarkdownField
from pledges.removal import Removal, Removed, texts_of

_OF_PLEDGE: list[type[Verdict | Evidence | Reply]] = [Verdict, Evidence, Reply]


@dataclass(frozen=True)
class Place:
    """A row that holds a text, and in which of its fields."""

    row: models.Model
    names: list[str]

    def __str__(self) -> str:
        return f"{self.row._meta.verbose_name} {self.row.pk}: {', '.join(self.names)}"


@dataclass(frozen=True)
class Trace:
    """A row, and what its fields are to hold instead."""

    row: models.Model
    changes: dict[str, str]

    def __str__(self) -> str:
        return str(Place(self.row, sorted(self.changes)))

    @property
    def texts(self) -> list[Removed]:
        return [Removed(name, getattr(self.row, name), after) for name, after in sorted(self.changes.items())]

    def remove(self) -> None:
        # Past save(): the change is the redaction's, not another save by an editor.
        type(self.row)._default_manager.filter(pk=self.row.pk).update(**self.changes)


def traces(pledge: Pledge, sources: Iterable[int] | None, removal: Removal) -> Iterator[Trace]:
    """Find the rows that a pledge's page is made of, what history kept of them, and the admin's notes.

    Of the sources those with these keys, or all: they are shared. Raises NotRemovableError where a field cannot be blanked.
    """
    for rows in _rows(pledge, sources):
        for row in rows.iterator():
            if changes := _changes(row, removal):
                yield Trace(row, changes)


def remaining(removal: Removal) -> Iterator[Place]:
    """Find every row of the whole database that still holds the text."""
    for model in apps.get_models():
        yield from _places(model._default_manager.order_by("pk"), removal)


def elsewhere(pledge: Pledge, removal: Removal) -> dict[Pledge, list[Place]]:
    """Find the other pledges whose editions or working copies hold the text, with where they do."""
    held: dict[int, list[Place]] = {}
    for place in _places(Pledge.objects.exclude(pk=pledge.pk), removal):
        held.setdefault(place.row.pk, []).append(place)
    for model in (*_OF_PLEDGE, Edition):
        for place in _places(model._default_manager.exclude(pledge=pledge), removal):
            held.setdefault(place.row.pledge_id, []).append(place)  # type: ignore[attr-defined]
    return {one: held[one.pk] for one in Pledge.objects.filter(pk__in=held)}


def holds_in_words(row: models.Model, removal: Removal) -> bool:
    """Whether a row holds the text in what an editor has written there, rather than in an address or a choice."""
    return any(removal.concerns(text) for _name, text in written(row))


def written(row: models.Model) -> Iterator[tuple[str, str]]:
    """Give what an editor has written in a row, with the names of the fields."""
    for field in row._meta.concrete_fields:
        if isinstance(field, LineField | MarkdownField):
            yield field.name, getattr(row, field.attname)


def working_rows(pledge: Pledge) -> Iterator[models.Model]:
    """Give the rows of a pledge's working copy that are its own."""
    yield pledge
    for model in _OF_PLEDGE:
        yield from model._default_manager.filter(pledge=pledge).order_by("pk")


def past_rows(pledge: Pledge) -> Iterator[models.Model]:
    """Give what history kept of such rows."""
    yield from Pledge.history.filter(id=pledge.pk).iterator()
    for model in _OF_PLEDGE:
        yield from model.history.filter(pledge_id=pledge.pk).iterator()


def _places(rows: models.QuerySet[Any], removal: Removal) -> Iterator[Place]:
    for row in rows.iterator():
        if held := [name for name, text in _texts(row) if removal.concerns(text)]:
            yield Place(row, held)


def _rows(pledge: Pledge, sources: Iterable[int] | None) -> Iterator[models.QuerySet[Any]]:
    yield Pledge.objects.filter(pk=pledge.pk)
    yield Pledge.history.filter(id=pledge.pk)
    for model in _OF_PLEDGE:
        yield model._default_manager.filter(pledge=pledge)
        yield model.history.filter(pledge_id=pledge.pk)
    cited = None if sources is None else list(sources)
    yield Source.objects.all() if cited is None else Source.objects.filter(pk__in=cited)
    yield Source.history.all() if cited is None else Source.history.filter(id__in=cited)
    yield SiteText.history.all()
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
