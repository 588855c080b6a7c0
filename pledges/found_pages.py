"""Pages of what a search found, the last changed first, read off the index: none sorts all that was found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from pledges.keyset import Cursor, Order, Slice, slice_of, start_of
from pledges.models import PublicPledge
from pledges.search_index import Asked, first_places, place_of


def cut_found(tiers: Mapping[int, Asked], order: Order, size: int, *, starts: Mapping[str, Cursor | None]) -> Slice:
    """Cut one page from what was asked in tiers, by their nearness, the nearest first; `starts` has “after” and “before”.

    Costs one query.
    """
    start, backwards = start_of(starts)
    asked_from_there = dict(_from(tiers, start, backwards=backwards))
    if not asked_from_there:
        return slice_of([], order, size, place=start, backwards=backwards)
    first = _first_places(asked_from_there, size + 1, backwards=backwards)
    rows: list[Any] = list(PublicPledge.objects.with_search_text().filter(search_text__in=first))
    for row in rows:
        row.nearness = next((near for near, asked in tiers.items() if asked.finds(row.search_text.terms)), 0)
    rows.sort(key=lambda row: (row.nearness, row.search_text.place), reverse=not backwards)
    return slice_of(rows, order, size, place=start, backwards=backwards)


def _from(tiers: Mapping[int, Asked], start: Cursor | None, *, backwards: bool) -> Iterator[tuple[int, Asked]]:
    """Give the tiers that lie beyond a place, nearest to it first, and of the one it lies in what is beyond it."""
    if start is None:
        yield from tiers.items()
        return
    at, changed_at = (0, *start.values)[-2:]  # what is not asked in tiers has no nearness
    assert isinstance(at, int)
    assert isinstance(changed_at, datetime)
    place = place_of(changed_at, start.key)
    for nearness, asked in sorted(tiers.items(), reverse=not backwards):
        if nearness == at:
            yield nearness, _bounded(asked, place, backwards=backwards)
        elif (nearness > at) == backwards:
            yield nearness, asked


def _bounded(asked: Asked, place: int, *, backwards: bool) -> Asked:
    if backwards:
        return replace(asked, after=place if asked.after is None else max(place, asked.after))
    return replace(asked, before=place)


def _first_places(tiers: Mapping[int, Asked], most: int, *, backwards: bool) -> RawSQL:
    """Give, as a subquery, so many of the places that are found, in the order of the page.

    What is less near is only looked up while the nearer is not enough: that a common word is nowhere else takes long to find.
    """
    direction = "ASC" if backwards else "DESC"
    steps: dict[str, RawSQL] = {}
    for nearness, asked in tiers.items():
        found = " + ".join(f"(SELECT COUNT(*) FROM {step})" for step in steps) or "0"  # noqa: S608 (names of ours)
        only_if = f"{found} < {most}"
        steps[f"tier_{nearness}"] = first_places(connection.vendor, asked, most, backwards=backwards, only_if=only_if)
    named = ", ".join(f"{step} AS MATERIALIZED ({found.sql})" for step, found in steps.items())
    every = " UNION ALL ".join(f"SELECT place, '{step}' AS step FROM {step}" for step in steps)  # noqa: S608
    ordered = f"{every} ORDER BY step {direction}, place {direction} LIMIT %s"
    values = [value for found in steps.values() for value in found.params]
    # Materialised, or PostgreSQL may look for it again for each pledge that there is.
    return RawSQL(f"WITH {named}, found AS MATERIALIZED ({ordered}) SELECT place FROM found", [*values, most])  # noqa: S608, S611
