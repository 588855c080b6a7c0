"""How many public pledges stand where. A corrected verdict counts nowhere: only the standing one does."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Case, Count, Q, QuerySet, Sum, Value
from django.db.models.expressions import RawSQL

from pledges.models import DueTally, PublicPledge, Tally
from pledges.models.public_pledge import PublicPledgeQuerySet
from pledges.questions import Question


class Cell(NamedTuple):
    """So many pledges have this rating, topic, department and promisor, by their keys."""

    rating: int | None
    topic: int
    department: int
    promisor: int
    pledges: int


def all_cells() -> list[Cell]:
    """Count every public pledge, by one query."""
    return [Cell(*row) for row in _cells().rows()]


@cache
def _cells() -> Question:
    return Question(Tally.objects.values_list(*Tally.CELL, "pledges"))


class WideCell(NamedTuple):
    """So many pledges have these labels, were made in this document and are due or overdue like this."""

    rating: int | None
    topic: int
    department: int
    promisor: int
    source: int
    due: str
    overdue: str
    pledges: int


def wide_cells_of(pledges: PublicPledgeQuerySet, *, due: Case, overdue: Case) -> list[WideCell]:
    """Count some public pledges, by one query; the cases say which kind of due and overdue a pledge is."""
    return [WideCell(*row) for row in _counted(pledges, due, overdue)]


def wide_cells_found(keys: RawSQL, *, most: int, due: Case, overdue: Case) -> list[WideCell] | None:
    """Count the public pledges with some keys, by one query; None, and no pledge is read, if there are more than so many."""
    few = RawSQL(f"SELECT key FROM found WHERE (SELECT COUNT(*) FROM found) <= {most:d}", [])  # noqa: S608, S611
    sql, values = _counted(PublicPledge.objects.in_public().filter(pk__in=few), due, overdue).query.sql_with_params()
    total = "SELECT NULL, 0, 0, 0, 0, '', '', (SELECT COUNT(*) FROM found)"  # of no topic, which every pledge has
    with connection.cursor() as cursor:
        cursor.execute(f"WITH found AS MATERIALIZED ({keys.sql}) {total} UNION ALL {sql}", [*keys.params, *values])
        cells = [WideCell(*row) for row in cursor.fetchall()]
    (found,) = (cell.pledges for cell in cells if not cell.topic)
    return [cell for cell in cells if cell.topic] if found <= most else None


def _counted(pledges: PublicPledgeQuerySet, due: Case, overdue: Case) -> "QuerySet[Any, tuple[Any, ...]]":
    shared = (*Tally.CELL, "made_in_id", "due", "overdue")
    counted = pledges.order_by().annotate(due=due, overdue=overdue).values(*shared).annotate(pledges=Count("*"))
    cells: QuerySet[Any, tuple[Any, ...]] = counted.values_list(*shared, "pledges")
    return cells


def count_dated(due: Mapping[str, Q], overdue: Mapping[str, Q]) -> Counter[str]:
    """Count, by one query, all public pledges that meet conditions about the day they are due or our check is."""
    counted = _dated(tuple(due.items()), tuple(overdue.items())).rows()
    return Counter({name: total or 0 for name, total in counted})


@lru_cache(maxsize=4)  # the conditions name the day
def _dated(due: tuple[tuple[str, Q], ...], overdue: tuple[tuple[str, Q], ...]) -> Question:
    of_due = DueTally.objects.order_by()
    questions: list[QuerySet[Any, Any]] = [
        of_due.filter(condition).values(name=Value(name)).annotate(total=Sum("pledges")) for name, condition in due
    ]
    of_overdue = PublicPledge.objects.in_public().order_by()
    questions += [
        of_overdue.filter(condition).values(name=Value(name)).annotate(total=Count("*")) for name, condition in overdue
    ]
    return Question(questions[0].union(*questions[1:], all=True).values_list("name", "total"))


@dataclass(frozen=True)
class Facets:
    """How many pledges match what is chosen, and would match with another choice of one dimension.

    Of very many there is no number: the total is None, and no choice of any dimension is counted.
    """

    total: int | None
    by_choice: dict[str, Counter[str]]


def facets(
    counted: Iterable[tuple[Sequence[str], int]], chosen: Mapping[str, str], dimensions: Sequence[str]
) -> Facets:
    """Count, in one pass, pledges with the same values: those that all choices match, and those that all but one do.

    The values stand in the order of the dimensions.
    """
    asked = [(dimensions.index(name), value) for name, value in chosen.items()]
    by_place = [Counter[str]() for _ in dimensions]
    matching = 0
    for values, pledges in counted:
        missed = [place for place, value in asked if values[place] != value]
        if not missed:
            matching += pledges
            for counter, value in zip(by_place, values, strict=True):
                counter[value] += pledges
        elif len(missed) == 1:
            by_place[missed[0]][values[missed[0]]] += pledges
    return Facets(matching, dict(zip(dimensions, by_place, strict=True)))


def counts(cells: Iterable[Cell], dimension: str) -> Counter[int | None]:
    """Count by the keys of one dimension; None stands for “not yet rated”."""
    counted = Counter[int | None]()
    for cell in cells:
        counted[getattr(cell, dimension)] += cell.pledges
    return counted
