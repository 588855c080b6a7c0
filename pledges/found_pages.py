"""Pages of what a search found, the last changed first, read off the index: none sorts all that was found."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.db import connection
from django.db.models import Q, Value

from pledges.keyset import Cursor, Order, Slice, slice_of, start_of
from pledges.models import PublicPledge
from pledges.models.public_pledge import PublicPledgeQuerySet
from pledges.search_index import Asked, first_places, place_of, places


def cut_found(
    tiers: Mapping[int, Asked], beside: Q, order: Order, size: int, *, starts: Mapping[str, Cursor | None]
) -> Slice:
    """Cut one page from what was asked in tiers, by their nearness, the nearest first; `starts` has “after” and “before”.

    `beside` is what no search text knows. Costs a query for each tier that the page reaches into.
    """
    start, backwards = start_of(starts)
    rows: list[PublicPledge] = []
    for nearness, asked in _from(tiers, start, backwards=backwards):
        if len(rows) <= size:
            rows += _rows(asked, beside, size + 1 - len(rows), backwards=backwards).annotate(nearness=Value(nearness))
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


def _rows(asked: Asked, beside: Q, most: int, *, backwards: bool) -> PublicPledgeQuerySet:
    vendor, by_place = connection.vendor, "search_text__place" if backwards else "-search_text__place"
    rows = PublicPledge.objects.with_search_text().order_by(by_place)
    if not beside:
        return rows.filter(search_text__in=first_places(vendor, asked, most, backwards=backwards))
    found = PublicPledge.objects.filter(beside, search_text__in=places(vendor, asked)).order_by(by_place)
    return rows.filter(pk__in=found.values("pk")[:most])
