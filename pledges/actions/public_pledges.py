import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count

from pledges.actions import announcements, citations, public_pictures, public_sources, ready_html, search_texts
from pledges.actions.expectations import Expected, current_content, current_editions, expected
from pledges.actions.journal import public_change
from pledges.compose import compose_verdict
from pledges.models import (
    DueTally,
    Edition,
    Journal,
    Pledge,
    PublicPledge,
    PublicSource,
    RetiredSlug,
    SearchText,
    StandingRating,
    Tally,
    Verdict,
)
from pledges.search_index import make_index_anew
from pledges.trends import Stood

_BATCH = 500
_TALLIES: tuple[type[Tally | DueTally], ...] = (Tally, DueTally)


def refresh(pledge: Pledge) -> set[str]:
    """Write the read model of a published pledge anew; gives the tags of what readers see differently.

    To be called within `public_change()` only.
    """
    before = PublicPledge.objects.filter(pledge=pledge).select_related("topic", "department", "promisor").first()
    (one,) = expected(pledge=pledge)
    after, _created = PublicPledge.objects.update_or_create(pledge=pledge, defaults=one.columns)
    StandingRating.objects.filter(pledge=pledge).delete()
    StandingRating.objects.bulk_create(one.standing_ratings())
    search_texts.refresh(after, one.content)
    public_sources.recount({row.made_in_id for row in (before, after) if row})
    _tally([row for row in (before, after) if row])
    citations.refresh(pledge)
    gone = public_pictures.refresh(pledge)
    ready_html.make_anew(after)
    told_in = announcements.refresh(pledge)
    # No copy of a withdrawn page may be shown any more, however old.
    purged = {f"purge:pledge:{after.slug}"} if after.withdrawn_at else set()
    return tags_of(after) | (tags_of(before) if before else set()) | told_in | purged | gone


def rebuild() -> Iterator[str]:
    """Make the read model, search texts and totals again from the editions, giving the slug of each pledge as it is done."""
    with public_change() as tags:
        make_index_anew(connection)  # a broken one would not let its texts go
        for table in (*_TALLIES, PublicSource, SearchText, StandingRating, PublicPledge):
            table.objects.all().delete()
        found = expected()
        while batch := list(islice(found, _BATCH)):
            rows = [PublicPledge(pledge_id=one.pledge_id, **one.columns) for one in batch]
            PublicPledge.objects.bulk_create(rows)
            StandingRating.objects.bulk_create(row for one in batch for row in one.standing_ratings())
            search_texts.create((row, one.content) for row, one in zip(rows, batch, strict=True))
            yield from (row.slug for row in rows)
        for tally in _TALLIES:
            counted: list[Any] = [tally(**cell) for cell in _counted_cells(tally)]
            tally.objects.bulk_create(counted)
        public_sources.create()
        citations.rebuild()
        public_pictures.rebuild()
        announcements.rebuild()
        tags.add("site")


def differences() -> Iterator[str]:
    """Name, in sentences, where the read model differs from the editions."""
    public = {row.pledge_id: row for row in PublicPledge.objects.all()}
    stood = _all_stood()
    found = expected()
    while batch := list(islice(found, _BATCH)):
        texts = SearchText.objects.in_bulk([one.pledge_id for one in batch], field_name="pledge_id")
        for one in batch:
            row, rated = public.pop(one.pledge_id, None), stood.pop(one.pledge_id, [])
            if row is None:
                yield f"The published pledge {one.pledge_id} is missing from the lists."
            else:
                yield from _differences_of(row, one, rated)
                yield from search_texts.difference(row, one.content, texts.get(one.pledge_id))
    for row in public.values():
        yield f"The lists have {row.slug}, which was never published."
    for pledge_id in stood:
        yield f"The trends have the pledge {pledge_id}, which was never published."
    yield from announcements.differences()


def _differences_of(row: PublicPledge, expected: Expected, stood: list[Stood]) -> Iterator[str]:
    for name, value in expected.columns.items():
        if getattr(row, name) != value:
            yield f"The lists say something else than the last edition of {row.slug}: {name}."
    if stood != expected.stood:
        yield f"The trends say something else than the last edition of {row.slug}."


def _all_stood() -> dict[int, list[Stood]]:
    stood: dict[int, list[Stood]] = defaultdict(list)
    rows = StandingRating.objects.order_by("pledge_id", "from_day").values_list("pledge_id", *StandingRating.FIELDS)
    for pledge_id, *columns in rows.iterator():
        stood[pledge_id].append(Stood(*columns))
    return stood


def miscounted() -> Iterator[str]:
    """Name, in sentences, where the totals differ from a count of the public pledges."""
    for tally in _TALLIES:
        counted = {tuple(cell.values()) for cell in _counted_cells(tally)}
        if counted != set(tally.objects.values_list(*tally.CELL, "pledges")):
            yield "The totals differ from a count of the public pledges: rebuild_public makes them again."
    yield from public_sources.miscounted()


def altered_verdicts() -> Iterator[str]:
    """Name, in sentences, the published verdicts that are not what, and not where, an edition first had them."""
    rows = Verdict.objects.exclude(first_edition=None).select_related("rating", "first_edition")
    by_key = {row.pk: (row.pledge_id, compose_verdict(row)) for row in rows.iterator()}
    for edition in current_editions():
        content = current_content(edition)
        for verdict in content.verdicts:
            pledge_id, row = by_key.pop(verdict.key, (None, None))
            if pledge_id != edition.pledge_id or verdict.differs_from(row):
                yield f"The published verdict {verdict.key} was changed or removed in the database."
    for key in by_key:
        yield f"The verdict {key} is marked as published, but no current edition has it."


def astray_addresses() -> Iterator[str]:
    """Name, in sentences, the addresses that lead elsewhere than the log says."""
    public = dict(PublicPledge.objects.values_list("slug", "pledge_id"))
    retired = dict(RetiredSlug.objects.values_list("slug", "pledge_id"))
    logged: dict[str, int] = {}
    for sequence, pledge_id, entry in Edition.objects.order_by("pk").values_list("pk", "pledge_id", "entry").iterator():
        slug = json.loads(bytes(entry))["pledge"]
        logged[slug] = pledge_id
        if pledge_id not in {public.get(slug), retired.get(slug)}:
            yield f"Entry {sequence} belongs to {slug}, but that address leads elsewhere."
    for slug in sorted(public.keys() & retired.keys()):
        yield f"The address {slug} is both in use and given up."
    for slug in sorted((public.keys() | retired.keys()) - logged.keys()):
        if not Journal.objects.filter(tags__contains=f"pledge:{slug}\n").exists():
            yield f"The address {slug} is neither in the log nor in the journal."


def _counted_cells(tally: type[Tally | DueTally]) -> Any:
    return PublicPledge.objects.in_public().order_by().values(*tally.CELL).annotate(pledges=Count("*"))


def _tally(rows: Sequence[PublicPledge]) -> None:
    """Count again the cells that a pledge left or came to."""
    for tally in _TALLIES:
        for cell in {tuple(getattr(row, name) for name in tally.CELL) for row in rows}:
            within: dict[str, Any] = dict(zip(tally.CELL, cell, strict=True))
            pledges = PublicPledge.objects.in_public().filter(**within).count()
            if pledges:
                tally.objects.update_or_create(**within, defaults={"pledges": pledges})
            else:
                tally.objects.filter(**within).delete()


def tags_of(public: PublicPledge) -> set[str]:
    """Give the tags of every page that shows something of a pledge, its address among it."""
    return {
        "lists",
        f"pledge:{public.slug}",
        f"topic:{public.topic.slug}",
        f"department:{public.department.slug}",
        f"promisor:{public.promisor.slug}",
    }
