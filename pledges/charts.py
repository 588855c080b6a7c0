"""Numbers made ready to be drawn: shapes, no HTML."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from pledges.filter_form import list_address
from pledges.labels import UNRATED, Label, Labels
from pledges.totals import Cell, counts
from pledges.trends import Trend

AREA_WIDTH, AREA_HEIGHT = 720, 300


@dataclass(frozen=True)
class Share:
    """One part of a rating bar: from `x`, `percent` wide, out of a hundred; `address` lists its pledges.

    Every second rating of a family, whose colour is the same, is drawn in another way.
    """

    name: str
    family: str
    is_second: bool
    count: int
    x: float
    percent: float
    address: str


def rating_bar(cells: Iterable[Cell], labels: Labels, **within: str) -> list[Share]:
    """Give every rating of the scale in its order, “not yet rated” last; `within` is the filter that the cells passed."""
    return _bar(counts(cells, "rating"), labels, within)


def shares(by_rating: Counter[int | None], labels: Labels) -> list[Share]:
    """Give a rating bar of any other count, by the keys of ratings: it leads to no list."""
    return _bar(by_rating, labels, None)


def _bar(by_rating: Counter[int | None], labels: Labels, within: dict[str, str] | None) -> list[Share]:
    percent_of_one = 100 / (by_rating.total() or 1)
    parts, x = [], 0.0
    for rating, is_second in _drawn(labels):
        count = by_rating[rating.key if rating else None]
        where = {"rating": rating.slug} if rating else {"family": UNRATED}
        parts.append(
            Share(
                name=rating.name if rating else _("Not yet rated"),
                family=rating.family if rating else UNRATED,
                is_second=is_second,
                count=count,
                x=x,
                percent=count * percent_of_one,
                address="" if within is None else list_address(**where, **within),
            )
        )
        x += count * percent_of_one
    return parts


def _drawn(labels: Labels) -> Iterator[tuple[Label | None, bool]]:
    """Give the scale, “not yet rated” last, and whether each is the second, or fourth, of its family."""
    earlier = Counter[str]()
    for rating in labels.of("rating"):
        yield rating, earlier[rating.family] % 2 == 1
        earlier[rating.family] += 1
    yield None, False


@dataclass(frozen=True)
class Area:
    """One rating over time: `path` outlines it in the drawing, where it lies on those that come after it in the list."""

    name: str
    family: str
    is_second: bool  # as of a `Share`
    path: str


@dataclass(frozen=True)
class AreaRow:
    """One line of the table beside the drawing: a day, and the counts in the order of the areas, with their names."""

    day: date
    counts: list[tuple[str, int]]
    total: int


@dataclass(frozen=True)
class AreaChart:
    """A stacked area, the first of the areas on top, and its numbers, the latest day first."""

    areas: list[Area]
    rows: list[AreaRow]
    width: int = AREA_WIDTH
    height: int = AREA_HEIGHT


def areas(trend: Trend, labels: Labels) -> AreaChart:
    """Give the ratings that ever stood in these days, in the order of the scale, “not yet rated” last."""
    shown = [(rating, is_second) for rating, is_second in _drawn(labels) if any(_of(trend, rating))]
    heights = [_of(trend, rating) for rating, _is_second in shown]
    totals = [sum(column) for column in zip(*heights, strict=True)]
    drawn, floor = [], [0] * len(trend.days)
    for (rating, is_second), height in reversed(list(zip(shown, heights, strict=True))):
        ceiling = [below + more for below, more in zip(floor, height, strict=True)]
        drawn.append(
            Area(
                name=rating.name if rating else _("Not yet rated"),
                family=rating.family if rating else UNRATED,
                is_second=is_second,
                path=_outline(_places(trend.days), floor, ceiling, most=max(totals)),
            )
        )
        floor = ceiling
    names = [area.name for area in drawn[::-1]]
    columns = zip(trend.days, zip(*heights, strict=True), totals, strict=True)
    rows = [AreaRow(day, list(zip(names, counted, strict=True)), total) for day, counted, total in columns]
    return AreaChart(areas=drawn[::-1], rows=rows[::-1])


def _of(trend: Trend, rating: Label | None) -> list[int]:
    return trend.counted.get(rating.key if rating else None, [0] * len(trend.days))


def _places(days: Sequence[date]) -> list[float]:
    """Give where each day lies from left to right."""
    whole = (days[-1] - days[0]).days or 1
    return [(day - days[0]).days * AREA_WIDTH / whole for day in days]


def _outline(places: Sequence[float], floor: Sequence[int], ceiling: Sequence[int], *, most: int) -> str:
    """Write the path along the ceiling and back along the floor; a single day is drawn as wide as all."""
    if len(places) == 1:
        places, floor, ceiling = [0, AREA_WIDTH], [*floor, *floor], [*ceiling, *ceiling]
    there, back = list(zip(places, ceiling, strict=True)), list(zip(places, floor, strict=True))[::-1]
    points = (f"{x:.1f} {AREA_HEIGHT - count * AREA_HEIGHT / most:.1f}" for x, count in there + back)
    return f"M{'L'.join(points)}Z"
