"""Pages of what a search found, the last changed first, read off the index: none sorts all that was found."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Q
from django.db.models.expressions import RawSQL

from pledges.keyset import Cursor, Order, Slice, slice_of, start_of
from pledges.models import PublicPledge
from pledges.search_index import Asked, first_places, place_of, places


def cut_found(
    tiers: Mapping[int, Asked], beside: Q, order: Order, size: int, *, starts: Mapping[str, Cursor | None]
) -> Slice:
    """Cut one page from what was asked in tiers, by their nearness, the nearest first; `starts` has “after” and “before”.

    `beside` is what no search text knows. Costs one query.
    """
    start, backwards = start_of(starts)
    asked_from_there = dict(_from(tiers, start, backwards=backwards))
    if not asked_from_there:
        return slice_of([], order, size, place=start, backwards=backwards)
    first = _first_places(asked_from_there, beside, size + 1, backwards=backwards)
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


def _first_places(tiers: Mapping[int, Asked], beside: Q, most: int, *, backwards: bool) -> RawSQL:
    """Give, as a subquery, so many of the places that are found, in the order of the page."""
    direction = "ASC" if backwards else "DESC"
    found = {near: _of_tier(asked, beside, most, backwards=backwards) for near, asked in tiers.items()}
    all_tiers = " UNION ALL ".join(
        f"SELECT place, {near} AS nearness FROM ({sql}) AS tier_{near}"  # noqa: S608 (a number of ours)
        for near, (sql, _values) in found.items()
    )
    ordered = f"{all_tiers} ORDER BY nearness {direction}, place {direction} LIMIT %s"
    values = [value for _sql, of_tier in found.values() for value in of_tier]
    # Materialised, or PostgreSQL may look for it again for each pledge that there is.
    return RawSQL(f"WITH found AS MATERIALIZED ({ordered}) SELECT place FROM found", [*values, most])  # noqa: S608, S611


def _of_tier(asked: Asked, beside: Q, most: int, *, backwards: bool) -> tuple[str, Sequence[Any]]:
    if not beside:
        first = first_places(connection.vendor, asked, most, backwards=backwards)
        return first.sql, first.params
    found = PublicPledge.objects.filter(beside, search_text__in=places(connection.vendor, asked))
    by_place = found.order_by("search_text__place" if backwards else "-search_text__place")
    sql, values = by_place.annotate(place=F("search_text__place")).values_list("place")[:most].query.sql_with_params()
    return sql, values
