"""Standing facts: what readers see without an edition, so that no entry of the log commits to it.

Each action that changes one leaves in the journal, among the tags, a digest of what the row says from then on. It shows a
change that went past the actions, and proves nothing against somebody who rewrites the journal too.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import models

from pledges.content import digest
from pledges.log import moment
from pledges.models import Check, Checkpoint, Department, Journal, Promisor, Rating, SiteText, Topic
from pledges.verifier import exact_bytes

_PREFIX = "fact:"
_REMOVED = ""
_SAYS: dict[type[models.Model], tuple[str, ...]] = {
    Rating: ("slug", "name", "family", "definition", "position"),
    Topic: ("slug", "name", "description"),
    Department: ("slug", "name"),
    Promisor: ("slug", "name", "kind", "in_office_from", "in_office_until"),
    SiteText: ("name", "published", "published_at"),
    Check: ("pledge_id", "checked_on", "next_due_on"),
    Checkpoint: ("size", "root", "note", "verifier_key", "signed_at"),
}


def mark(row: models.Model) -> str:
    """Give the tag that has the journal know what a row says now, as the database has it."""
    return f"{_PREFIX}{_name(row)}:{_digest(type(row)._default_manager.get(pk=row.pk))}"


def mark_of_removed(row: models.Model) -> str:
    """Give the tag that has the journal know that a row, still with its key, is to be no more."""
    return f"{_PREFIX}{_name(row)}:{_REMOVED}"


def recorded() -> dict[str, str]:
    """Give the digests that the journal has of rows, by what `name_of` calls them; an empty one if a row was removed."""
    rows = Journal.objects.filter(tags__contains=_PREFIX).order_by("number").values_list("tags", flat=True)
    marks = (tag.removeprefix(_PREFIX) for tags in rows.iterator() for tag in tags.splitlines() if _is_mark(tag))
    return {name: known for name, _colon, known in (mark.rpartition(":") for mark in marks)}


def altered(known: dict[str, str]) -> Iterator[str]:
    """Name, in sentences, the rows that are not as the journal knows them."""
    missing = {name for name, kept in known.items() if kept != _REMOVED}
    for model in _SAYS:
        for row in model._default_manager.order_by("pk").iterator():
            name = _name(row)
            missing.discard(name)
            if name in known and known[name] != _digest(row):
                yield f"The {row._meta.verbose_name} “{row}” was changed in the database: the journal knows it otherwise."
    for name in sorted(missing):
        yield f"The journal knows of {name.replace(':', ' ')}, which was removed in the database."


def unknown_checks(known: Iterable[str]) -> Iterator[str]:
    """Name, in sentences, the checks that no editor recorded, as far as the journal goes back."""
    kind = f"{Check._meta.model_name}:"
    keys = {int(name.removeprefix(kind)) for name in known if name.startswith(kind)}
    for check in Check.objects.filter(pk__gt=min(keys)).exclude(pk__in=keys) if keys else ():
        yield f"The check “{check}” was made in the database: the journal does not know it."


def name_of(model: type[models.Model], key: int) -> str:
    return f"{model._meta.model_name}:{key}"


def _name(row: models.Model) -> str:
    return name_of(type(row), row.pk)


def _is_mark(tag: str) -> bool:
    return tag.startswith(_PREFIX)


def _digest(row: models.Model) -> str:
    return digest(exact_bytes([_written(getattr(row, name)) for name in _SAYS[type(row)]]))


def _written(value: str | int | date | datetime | None) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return "" if value is None else str(value)
