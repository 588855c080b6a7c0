"""How many public pledges stand where. A corrected verdict counts nowhere: only the standing one does."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count

from pledges.models import Tally
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


def cells_of(pledges: PublicPledgeQuerySet) -> list[Cell]:
    """Count some public pledges, by one query."""
    counted = pledges.order_by().values(*Tally.CELL).annotate(total=Count("*"))
    return [Cell(*row) for row in counted.values_list(*Tally.CELL, "total")]


@dataclass(frozen=True)
class Facets:
    """How many pledges match what is chosen, and would match with another choice of one dimension."""

    total: int
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
