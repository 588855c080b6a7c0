"""Pages of a long list by where the one before ended, so that the last page costs what the first does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from django.db.models import Q
from django.utils.translation import gettext as _

from pledges.log import moment
from pledges.models import PublicPledge
from pledges.models.public_pledge import PublicPledgeQuerySet

LARGEST_KEY = 2**63 - 1
SEPARATOR = "~"


class Order(NamedTuple):
    """A way to sort: by columns, then by the pledge's key, all in one direction.

    A column is one of the read model, or an annotation of the pledges that are cut.
    """

    name: Any
    columns: tuple[str, ...]
    is_descending: bool


class Cursor(NamedTuple):
    """A place in a list: that of the row with these values and this key, whether or not it is still there."""

    values: tuple[datetime | date | int, ...]
    key: int

    def __str__(self) -> str:
        return SEPARATOR.join([*map(_written, self.values), str(self.key)])

    @classmethod
    def parse(cls, text: str, order: Order) -> Self:
        """Read what a cursor of this order was written as; raises ValueError with a sentence for people."""
        try:
            *values, key = text.split(SEPARATOR)
            cursor = cls(tuple(map(_read, order.columns, values)), int(key))
            is_whole = str(cursor) == text and len(values) == len(order.columns) and 0 < cursor.key <= LARGEST_KEY
        except (ValueError, OverflowError):
            is_whole = False
        if not is_whole:
            raise ValueError(_("This address of a page is damaged. Start again from the first page."))
        return cursor


def _written(value: datetime | date | int) -> str:
    if isinstance(value, datetime):
        return moment(value)
    return str(value) if isinstance(value, int) else value.isoformat()


def _read(column: str, value: str) -> datetime | date | int:
    if column.endswith("_at"):
        return datetime.fromisoformat(value)
    if column.endswith("_day"):
        return date.fromisoformat(value)
    number = int(value)
    if not 0 <= number <= LARGEST_KEY:
        raise ValueError
    return number


@dataclass(frozen=True)
class Slice:
    """The rows of one page, and the cursors of the pages beside it; None where there is none."""

    rows: Sequence[PublicPledge]
    before: Cursor | None
    after: Cursor | None


def cut(
    pledges: PublicPledgeQuerySet,
    order: Order,
    size: int,
    *,
    places: Mapping[str, Cursor | None],
    rows_of: PublicPledgeQuerySet | None = None,
) -> Slice:
    """Cut one page from a list: its first, that after, or that before a place in it; `places` has “after” and “before”.

    `rows_of` are the same or more pledges, with more about each: what it costs is then paid for one page only.
    """
    place, backwards = start_of(places)
    descending = order.is_descending != backwards
    beyond = _beyond([*zip(order.columns, place.values, strict=True)], place.key, descending) if place else Q()
    sign = "-" if descending else ""
    columns = [f"{sign}{column}" for column in (*order.columns, "pk")]
    page = pledges.filter(beyond).order_by(*columns)[: size + 1]
    found = list(page if rows_of is None else rows_of.filter(pk__in=page.values("pk")).order_by(*columns))
    return slice_of(found, order, size, place=place, backwards=backwards)


def start_of(places: Mapping[str, Cursor | None]) -> tuple[Cursor | None, bool]:
    """Give the place that a page begins at, and whether it is read backwards from there."""
    backwards = places["after"] is None and places["before"] is not None
    return places["before" if backwards else "after"], backwards


def slice_of(found: list[PublicPledge], order: Order, size: int, *, place: Cursor | None, backwards: bool) -> Slice:
    """Give a page of what was found from a place on: one row more than it has, if there are more; backwards the nearest first."""
    has_more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Slice(rows=[], before=None, after=None)
    ends = [Cursor(tuple(getattr(row, column) for column in order.columns), row.pk) for row in (rows[0], rows[-1])]
    has_previous, has_next = (has_more, True) if backwards else (place is not None, has_more)
    return Slice(rows=rows, before=ends[0] if has_previous else None, after=ends[1] if has_next else None)


def _beyond(place: Sequence[tuple[str, Any]], key: int, descending: bool) -> Q:  # noqa: FBT001
    beyond = "lt" if descending else "gt"
    if not place:
        return Q(**{f"pk__{beyond}": key})
    (column, value), *others = place
    # The first condition alone bounds the index; with OR alone both engines would read all that comes before.
    return Q(**{f"{column}__{beyond}e": value}) & ~(Q(**{column: value}) & ~_beyond(others, key, descending))
