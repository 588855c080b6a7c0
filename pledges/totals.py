"""How many public pledges stand where. A corrected verdict counts nowhere: only the standing one does."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Case, Count, Q, QuerySet, Sum, Value

from pledges.models import DueTally, PublicPledge, Tally
from pledges.models.public_pledge import PublicPledgeQuerySet


class Cell(NamedTuple):
    """So many pledges have this rating, topic, department and promisor, by their keys."""

    rating: int | None
    topic: int
    department: int
    promisor: int
    pledges: int


def all_cells() -> list[Cell]:
    """Count every public pledge, by one query."""
    return [Cell(*row) for row in Tally.objects.values_list(*Tally.CELL, "pledges")]


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
    shared = (*Tally.CELL, "made_in_id", "due", "overdue")
    counted = pledges.order_by().annotate(due=due, overdue=overdue).values(*shared).annotate(pledges=Count("*"))
    return [WideCell(*row) for row in counted.values_list(*shared, "pledges")]


def count_dated(due: Mapping[str, Q], overdue: Mapping[str, Q]) -> Counter[str]:
    """Count, by one query, all public pledges that meet conditions about the day they are due or our check is."""
    of_due = DueTally.objects.order_by()
    questions: list[QuerySet[Any, Any]] = [
        of_due.filter(condition).values(name=Value(name)).annotate(total=Sum("pledges"))
        for name, condition in due.items()
    ]
    of_overdue = PublicPledge.objects.in_public().order_by()
    questions += [
        of_overdue.filter(condition).values(name=Value(name)).annotate(total=Count("*"))
        for name, condition in overdue.items()
    ]
    counted = questions[0].union(*questions[1:], all=True).values_list("name", "total")
    return Counter({name: total or 0 for name, total in counted})


@dataclass(frozen=True)
class Facets:
    """How many pledges match what is chosen, and would match with another choice of one dimension.

    Of very many there is no number: the total is None, and no choice of any dimension is counted.
    """

    total: int | None
    by_choice: dict[str, Counter[str]]


def facets(
    counted: Iterable[tuple[Mapping[str, str], int]], chosen: Mapping[str, str], dimensions: Iterable[str]
) -> Facets:
    """Count, in one pass, pledges with the same values: those that all choices match, and those that all but one do."""
    matching, by_choice = 0, {name: Counter[str]() for name in dimensions}
    for values, pledges in counted:
        missed = [name for name, value in chosen.items() if values[name] != value]
        if not missed:
            matching += pledges
        for name in by_choice if not missed else missed if len(missed) == 1 else ():
            by_choice[name][values[name]] += pledges
    return Facets(matching, by_choice)


def counts(cells: Iterable[Cell], dimension: str) -> Counter[int | None]:
    """Count by the keys of one dimension; None stands for “not yet rated”."""
    counted = Counter[int | None]()
    for cell in cells:
        counted[getattr(cell, dimension)] += cell.pledges
    return counted
