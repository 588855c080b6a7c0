"""Pages of a long list by where the one before ended, so that the last page costs what the first does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from django.db.models import Q
from django.utils.translation import gettext as _

from pledges.log import moment
from pledges.models import PublicPledge
from pledges.models.public_pledge import PublicPledgeQuerySet

LARGEST_KEY = 2**63 - 1


class Order(NamedTuple):
    """A way to sort: by a column of the read model, then by the pledge's key in the same direction."""

    name: Any
    column: str
    is_descending: bool


class Cursor(NamedTuple):
    """A place in a list: that of the row with this value and this key, whether or not it is still there."""

    value: datetime | date
    key: int

    def __str__(self) -> str:
        value = moment(self.value) if isinstance(self.value, datetime) else self.value.isoformat()
        return f"{value}~{self.key}"

    @classmethod
    def parse(cls, text: str, order: Order) -> Self:
        """Read what a cursor of this order was written as; raises ValueError with a sentence for people."""
        value, _separator, key = text.partition("~")
        kind = datetime if order.column.endswith("_at") else date
        try:
            cursor = cls(kind.fromisoformat(value), int(key))
            is_whole = str(cursor) == text and 0 < cursor.key <= LARGEST_KEY
        except (ValueError, OverflowError):
            is_whole = False
        if not is_whole:
            raise ValueError(_("This address of a page is damaged. Start again from the first page."))
        return cursor


@dataclass(frozen=True)
class Slice:
    """The rows of one page, and the cursors of the pages beside it; None where there is none."""

    rows: Sequence[PublicPledge]
    before: Cursor | None
    after: Cursor | None


def cut(
    pledges: PublicPledgeQuerySet, order: Order, size: int, *, after: Cursor | None = None, before: Cursor | None = None
) -> Slice:
    """Cut one page from a list: its first, that after, or that before a place in it."""
    backwards = after is None and before is not None
    place = before if backwards else after
    descending = order.is_descending != backwards
    if place:
        pledges = pledges.filter(_beyond(place, order.column, descending=descending))
    sign = "-" if descending else ""
    found = list(pledges.order_by(f"{sign}{order.column}", f"{sign}pk")[: size + 1])
    has_more, rows = len(found) > size, found[:size]
    if backwards:
        rows.reverse()
    if not rows:
        return Slice(rows=[], before=None, after=None)
    ends = [Cursor(getattr(row, order.column), row.pk) for row in (rows[0], rows[-1])]
    has_previous, has_next = (has_more, True) if backwards else (place is not None, has_more)
    return Slice(rows=rows, before=ends[0] if has_previous else None, after=ends[1] if has_next else None)


def _beyond(place: Cursor, column: str, *, descending: bool) -> Q:
    # The first condition alone bounds the index; with OR alone both engines would read all that comes before.
    beyond, past = ("lte", "gte") if descending else ("gte", "lte")
    return Q(**{f"{column}__{beyond}": place.value}) & ~Q(**{column: place.value, f"pk__{past}": place.key})
