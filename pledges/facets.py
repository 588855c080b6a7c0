"""How many public pledges there are behind every choice that the filters offer."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from typing import Any

from django.db import connection
from django.db.models import Case
from django.utils.functional import cached_property

from pledges.conditions import Conditions
from pledges.labels import UNRATED
from pledges.models import PublicPledge, PublicSource
from pledges.models.public_pledge import PublicPledgeQuerySet
from pledges.questions import Question
from pledges.search import Query, Term
from pledges.search_index import Asked, count_places, first_places, found_keys, keys_at, some_places
from pledges.totals import Cell, Facets, WideCell, all_cells, count_dated, facets, wide_cells_found, wide_cells_of

LABELLED = ("rating", "topic", "department", "promisor")
TALLIED = ("rating", "family", "topic", "department", "promisor")  # what a cell of the tally tells
BESIDE = ("source", "due", "overdue")
DIMENSIONS = (*TALLIED, *BESIDE)
MOST_SOURCES = 20  # that are on offer at once
MOST_COUNTED = 1_000  # of the pledges that a search finds: counting the many that have a common word would take longest

Counted = list[tuple[tuple[str, ...], int]]  # values in the order of TALLIED, or of DIMENSIONS


class FacetCounter:
    """Counts for one request, each question of the database once. Every count agrees with the list that the choice gives.

    What the tally knows it tells; a list of some pledges is counted in one pass over a covering index. A search that finds
    very many is not counted.
    """

    def __init__(self, conditions: Conditions, query: Query) -> None:
        self.conditions = conditions
        self.labels = conditions.labels
        self.query = query  # what is looked up where `q` is chosen, whatever was typed

    def narrowed(self, chosen: Mapping[str, str]) -> PublicPledgeQuerySet:
        """Give the public pledges that all filters let through, in no order."""
        pledges = PublicPledge.objects.in_public()
        if "q" in chosen:
            if not self.query.terms:
                return pledges.none()
            return pledges.filter(pk__in=found_keys(connection.vendor, self.asked(chosen)))
        for name, value in chosen.items():
            pledges = pledges.filter(self.conditions.of(name, value))
        return pledges

    def count(self, chosen: Mapping[str, str]) -> Facets:
        """Count for what is chosen, and for every other choice beside the rest of it."""
        if chosen.keys() <= set(TALLIED):
            tallied = facets(self._tallied, chosen, TALLIED)
            return Facets(tallied.total, tallied.by_choice | self._beside(chosen))
        choices = {name: value for name, value in chosen.items() if name in DIMENSIONS}
        others = {name: value for name, value in chosen.items() if name not in choices}
        found = self._widely_found(others) if "q" in others else self._widely(self.narrowed(others))
        if found is None:
            return Facets(self.total(chosen) if choices else None, {})
        return facets(found, choices, DIMENSIONS)

    def last_changed(self, chosen: Mapping[str, str]) -> PublicPledgeQuerySet:
        """Give of what a search finds as many as are counted, those that changed last, in no order."""
        if not self.query.terms:
            return PublicPledge.objects.none()
        first = first_places(connection.vendor, self.asked(chosen), MOST_COUNTED)
        return PublicPledge.objects.in_public().filter(pk__in=keys_at(first))

    def total(self, chosen: Mapping[str, str]) -> int | None:
        """Count what all filters let through; None when a search finds more than are counted."""
        if chosen.keys() <= set(TALLIED):
            return facets(self._tallied, chosen, TALLIED).total
        if "q" not in chosen:
            return self.narrowed(chosen).count()
        if not self.query.terms:
            return 0
        (found,) = self.totals([self.asked(chosen)])
        return found

    def totals(self, questions: Sequence[Asked]) -> list[int | None]:
        """Count what each of some questions finds, by one query; None for more than are counted."""
        found = count_places(connection, questions, most=MOST_COUNTED + 1) if questions else []
        return [number if number <= MOST_COUNTED else None for number in found]

    def missing(self) -> list[Term]:
        """Give the terms of the search that no pledge has, whatever the filters."""
        alone = [self.asked({}, self.query.only(one)) for one in self.query.terms]
        found = count_places(connection, alone, most=1) if alone else []
        return [one for one, number in zip(self.query.terms, found, strict=True) if not number]

    def asked(self, chosen: Mapping[str, str], query: Query | None = None) -> Asked:
        """Give what is looked up for the search, or another one, beside what else is chosen."""
        return (query or self.query).within(self.conditions.of_search(chosen), self.conditions.names)

    def titles(self, keys: Iterable[str]) -> dict[str, str]:
        """Give what the documents with these keys are called."""
        if unknown := [key for key in keys if key not in self._titles]:
            sources = PublicSource.objects.filter(pk__in=map(int, unknown))
            self._titles.update({str(source.pk): source.title for source in sources})
        return {key: self._titles[key] for key in keys}

    @cached_property
    def labels_in_use(self) -> dict[str, set[str]]:
        return {name: {values[TALLIED.index(name)] for values, _ in self._tallied} for name in LABELLED}

    def _beside(self, chosen: Mapping[str, str]) -> dict[str, Counter[str]]:
        if chosen:
            found = facets(self._widely(self.narrowed(chosen)), {}, DIMENSIONS)
            return {name: found.by_choice[name] for name in BESIDE}
        counted = count_dated(self.conditions.due, {"1": self.conditions.of("overdue", "1")})
        return {"source": self.most_used, "due": counted, "overdue": counted}

    @cached_property
    def most_used(self) -> Counter[str]:
        """The documents that most pledges were made in."""
        rows = _most_used_sources().rows()
        self._titles.update({str(key): title for key, title, _pledges in rows})
        return Counter({str(key): pledges for key, _title, pledges in rows})

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {source.slug: source.name for source in self.labels.of("source")}

    @cached_property
    def _tallied(self) -> Counted:
        cells = all_cells()
        return [(values, cell.pledges) for values, cell in zip(self._values(cells), cells, strict=True)]

    def _widely(self, pledges: PublicPledgeQuerySet) -> Counted:
        return self._named(wide_cells_of(pledges, **self._kinds))

    def _widely_found(self, chosen: Mapping[str, str]) -> Counted | None:
        """Count what a search finds; None if it finds more than are counted."""
        if not self.query.terms:
            return []
        some = keys_at(some_places(connection.vendor, self.asked(chosen), MOST_COUNTED + 1))
        found = wide_cells_found(some, most=MOST_COUNTED, **self._kinds)
        return found if found is None else self._named(found)

    @property
    def _kinds(self) -> dict[str, Case]:
        return {"due": self.conditions.kind_of_due, "overdue": self.conditions.kind_of_overdue}

    def _named(self, cells: Sequence[WideCell]) -> Counted:
        return [
            ((*values, str(cell.source), cell.due, cell.overdue), cell.pledges)
            for values, cell in zip(self._values(cells), cells, strict=True)
        ]

    def _values(self, cells: Sequence[Cell] | Sequence[WideCell]) -> Iterable[tuple[str, ...]]:
        """Give what the labels of each cell are called in addresses, column by column: there may be thousands."""
        columns: Sequence[tuple[Any, ...]] = list(zip(*cells, strict=True))[: len(LABELLED)] or [() for _ in LABELLED]
        # A label may be so new that it was not there a moment ago, when the labels were read.
        named = [map(self._slugs[name].get, keys, repeat("")) for name, keys in zip(LABELLED, columns, strict=True)]
        return zip(named[0], map(self._families.get, columns[0], repeat(UNRATED)), *named[1:], strict=True)

    @cached_property
    def _slugs(self) -> dict[str, dict[int | None, str]]:
        return {name: {key: label.slug for key, label in self.labels.by_key(name).items()} for name in LABELLED}

    @cached_property
    def _families(self) -> dict[int | None, str]:
        return {label.key: label.family for label in self.labels.of("rating")}


@cache
def _most_used_sources() -> Question:
    most_used = PublicSource.objects.order_by("-pledges", "source")[:MOST_SOURCES]
    return Question(most_used.values_list("source", "title", "pledges"))
