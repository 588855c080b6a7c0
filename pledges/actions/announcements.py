"""Under which headings announced editions are told: from the editions alone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef

from pledges.labels import GROUPINGS
from pledges.models import Announcement, Edition, Pledge

_BATCH = 500
_Course = Announcement.Course


class Announced(NamedTuple):
    """One announced edition, and the headings of the groupings that it had the pledge in."""

    sequence: int
    kind: str
    groupings: frozenset[str]

    @property
    def headings(self) -> frozenset[str]:
        is_correction = self.kind == Edition.Kind.CORRECTION
        return self.groupings | ({Announcement.CORRECTIONS} if is_correction else frozenset())


class Told(NamedTuple):
    """One edition told under one heading."""

    edition_id: int
    heading: str
    course: str


def refresh(pledge: Pledge) -> set[str]:
    """Write anew where the editions of a pledge are told; gives the tags of the groupings among it.

    To be called within `public_change()` only.
    """
    stored = Announcement.objects.filter(pledge=pledge)
    headings = set(stored.values_list("heading", flat=True))
    stored.delete()
    for _pledge_id, told in expected(pledge=pledge):
        Announcement.objects.bulk_create(Announcement(pledge=pledge, **one._asdict()) for one in told)
        headings |= {one.heading for one in told}
    return set(_tags(headings))


def rebuild() -> None:
    """Write all of it anew. To be called within `public_change()` only."""
    Announcement.objects.all().delete()
    rows = (Announcement(pledge_id=key, **one._asdict()) for key, told in expected() for one in told)
    while batch := list(islice(rows, _BATCH)):
        Announcement.objects.bulk_create(batch)


def differences() -> Iterator[str]:
    """Name, in sentences, the pledges whose editions are told elsewhere than the editions say."""
    found = expected()
    while batch := dict(islice(found, _BATCH)):
        stored: dict[int, set[Told]] = {pledge_id: set() for pledge_id in batch}
        for pledge_id, *told in Announcement.objects.filter(pledge__in=batch).values_list("pledge", *Told._fields):
            stored[pledge_id].add(Told(*told))
        for pledge_id, said in batch.items():
            if stored[pledge_id] != set(said):
                yield f"The changes of the pledge {pledge_id} are told elsewhere than its editions say."
    published = Edition.objects.filter(pledge=OuterRef("pledge"))
    never = Announcement.objects.filter(~Exists(published)).order_by("pledge").values_list("pledge", flat=True)
    for pledge_id in never.distinct():
        yield f"Changes are told of the pledge {pledge_id}, which was never published."


def expected(**only: Pledge) -> Iterator[tuple[int, list[Told]]]:
    """Give, for each published pledge or one of them, its key and where its editions must be told."""
    editions = Edition.objects.filter(**only).exclude(kind=Edition.Kind.MINOR).order_by("pledge_id", "sequence")
    rows = editions.values_list("pledge_id", "pk", "kind", "content").iterator(_BATCH)
    for pledge_id, announced in groupby(rows, itemgetter(0)):
        yield pledge_id, told_of(row[1:] for row in announced)


def told_of(announced: Iterable[Sequence[Any]]) -> list[Told]:
    """Give where the announced editions of one pledge are told, of their sequence, kind and content in their order."""
    read = _read(announced)
    said = [one for one in read if one.kind != Edition.Kind.REDACTION]
    is_withdrawn = said[-1].kind == Edition.Kind.WITHDRAWAL
    told, ever, before = list[Told](), frozenset[str](), read[0].groupings
    for one in read:
        ever |= one.headings
        if not is_withdrawn or one is said[-1]:
            told += [Told(one.sequence, heading, course) for heading, course in _courses(one, before, ever)]
        before = one.groupings
    return told


def _read(announced: Iterable[Sequence[Any]]) -> list[Announced]:
    """Read where editions had the pledge; a blanked one counts as where the one before it did, or else the next."""
    read = [(sequence, kind, _groupings(content)) for sequence, kind, content in announced]
    known = next((groupings for _sequence, _kind, groupings in read if groupings), frozenset[str]())
    return [Announced(sequence, kind, known := groupings or known) for sequence, kind, groupings in read]


def _groupings(content: bytes | memoryview | None) -> frozenset[str]:
    said = json.loads(bytes(content)) if content else {}
    return frozenset(Announcement.under(name, said[name]["key"]) for name in GROUPINGS if name in said)


def _courses(one: Announced, before: frozenset[str], ever: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Give where one edition is told; `before` and `ever` are the headings of the one before it and of all until now."""
    if one.kind == Edition.Kind.WITHDRAWAL:
        yield from ((heading, _Course.HERE) for heading in sorted(ever))
        return
    for heading in sorted(one.headings):
        yield heading, _Course.CAME if heading in one.groupings - before else _Course.HERE
    yield from ((heading, _Course.LEFT) for heading in sorted(before - one.groupings))


def _tags(headings: Iterable[str]) -> Iterator[str]:
    """Give the tags of the groupings: a page of one that a pledge left long ago tells of its withdrawal."""
    for dimension, model in GROUPINGS.items():
        keys = [heading.partition("/")[2] for heading in headings if heading.startswith(f"{dimension}/")]
        slugs = model._default_manager.filter(pk__in=keys).values_list("slug", flat=True)
        yield from (f"{dimension}:{slug}" for slug in slugs)
