"""Numbers made ready to be drawn: shapes, no HTML."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from pledges.filter_form import list_address
from pledges.labels import UNRATED, Labels
from pledges.totals import Cell, counts


@dataclass(frozen=True)
class Share:
    """One part of a rating bar: from `x`, `percent` wide, out of a hundred; `address` lists its pledges."""

    name: str
    family: str
    count: int
    x: float
    percent: float
    address: str


def rating_bar(cells: Iterable[Cell], labels: Labels, **within: str) -> list[Share]:
    """Give every rating of the scale in its order, “not yet rated” last; `within` is the filter that the cells passed."""
    by_rating = counts(cells, "rating")
    percent_of_one = 100 / (by_rating.total() or 1)
    shares, x = [], 0.0
    for rating in [*labels.of("rating"), None]:
        count = by_rating[rating.key if rating else None]
        where = {"rating": rating.slug} if rating else {"family": UNRATED}
        shares.append(
            Share(
                name=rating.name if rating else _("Not yet rated"),
                family=rating.family if rating else UNRATED,
                count=count,
                x=x,
                percent=count * percent_of_one,
                address=list_address(**where, **within),
            )
        )
        x += count * percent_of_one
    return shares
