"""The one way to narrow the public pledges by what an address asks, and what the list page says about it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from pledges.conditions import Conditions
from pledges.facets import DIMENSIONS, LABELLED, MOST_COUNTED, MOST_SOURCES, FacetCounter
from pledges.filter_form import ORDERS, PledgeFilterForm, list_address, usual_sort
from pledges.found_pages import cut_found
from pledges.keyset import Slice, cut
from pledges.labels import Label, Labels, families
from pledges.list_page import Chip, Found, Page, Pager
from pledges.listed import listed
from pledges.models import PublicPledge
from pledges.models.public_pledge import PublicPledgeQuerySet
from pledges.search import Query, Term
from pledges.search_index import Asked
from pledges.totals import Facets

PAGE_SIZE = 50
LONGEST_TITLE = 80

_FILTERS = ("q", *DIMENSIONS, "due_by", "changed_since")
_MOST_TRIED = 10  # words of a search without which it is tried


class PledgeFilter:
    """What a reader asked of the public pledges; `form` is shown with it and says what was wrong.

    An unknown name is ignored; an unknown value makes `is_valid` false. Every count agrees with the list that its address
    gives. Costs four queries, and one more for a page; where nothing is found, a few more say what else to ask.

    Words that no pledge has are left out of a search, and `missing` names them: a question has words that no answer has.
    """

    def __init__(self, asked: Mapping[str, str], *, today: date) -> None:
        self.labels = Labels(source=asked.get("source", ""))
        self.today = today
        self.counter = FacetCounter(Conditions(self.labels, today=today), Query((), ()))
        self.form = PledgeFilterForm(asked)
        self.form.offer(self._names)
        self.is_valid = self.form.is_valid()
        self.chosen = {name: str(value) for name, value in self._answers.items() if name in _FILTERS and value}
        self.counter.query = Query.parse(self.searched)
        self.missing = self._leave_out_what_is_missing()
        self.form.offer({name: self._counted_names(name) for name in DIMENSIONS} | {"sort": self._orders})

    def _leave_out_what_is_missing(self) -> list[Term]:
        if not self.searched or self._facets.total != 0:
            return []
        missing = self.counter.missing()
        rest = self.query.without(missing)
        if missing and rest.terms:
            self.counter.query = rest
            del self._facets
        return missing

    @property
    def query(self) -> Query:
        """What is looked up for the search."""
        return self.counter.query

    def pledges(self) -> PublicPledgeQuerySet:
        """Give the public pledges that match, in no order."""
        return self.counter.narrowed(self.chosen)

    def page(self) -> Page:
        """Give the page that was asked for; any page costs the same."""
        found = Slice([], None, None) if self._facets.total == 0 else self._slice()
        return Page(
            rows=listed(found.rows, self.labels, today=self.today, searched=self.query.wanted),
            count=self._facets.total,
            pager=Pager(
                previous=self.address(before=str(found.before)) if found.before else "",
                next=self.address(after=str(found.after)) if found.after else "",
            ),
            sort=self.sort,
        )

    def _slice(self) -> Slice:
        order, starts = ORDERS[self.sort], {name: self._answers[name] for name in ("after", "before")}
        if self.searched and self.sort in {"relevance", "changed"}:
            return cut_found(self._tiers(), order, PAGE_SIZE, starts=starts)
        rows = PublicPledge.objects.with_search_text() if self.searched else None
        # Sorting the many that have a common word would take longer than all else.
        found = self.counter.last_changed(self.chosen) if self._facets.total is None else self.pledges()
        return cut(found.for_lists(), order, PAGE_SIZE, places=starts, rows_of=rows)

    def _tiers(self) -> dict[int, Asked]:
        if self.sort == "relevance":
            conditions = self.counter.conditions
            return self.query.by_nearness(conditions.of_search(self.chosen), conditions.names)
        return {0: self.counter.asked(self.chosen)}

    def address(self, **changes: str) -> str:
        """Give the one address of this list's first page with some answers changed; an empty text drops one."""
        return list_address(**(self.asked | {"after": "", "before": ""} | changes))

    @property
    def own_address(self) -> str:
        """The one address of this very page."""
        return list_address(**self.asked)

    @property
    def is_unlisted(self) -> bool:
        """Whether search engines are to leave it out: one filter is enough for them, of combinations there is no end."""
        return len(self.asked) > 1 or not self.asked.keys().isdisjoint({"q", "after", "before"})

    @property
    def asked(self) -> dict[str, str]:
        """The answers that its one address has."""
        sort = "" if self.sort == usual_sort(self._answers) else self.sort
        places = {name: str(self._answers.get(name) or "") for name in ("after", "before")}
        return {name: value for name, value in {**self.chosen, "sort": sort, **places}.items() if value}

    @property
    def sort(self) -> str:
        return self._answers.get("sort") or usual_sort(self._answers)

    @property
    def searched(self) -> str:
        """What is searched for, as it was typed."""
        return self.chosen.get("q", "")

    @property
    def finds_nothing(self) -> bool:
        """Whether a search has no word that could be found."""
        return bool(self.searched) and not self.query.terms

    @property
    def shown_for(self) -> Chip | None:
        """The search without its missing words, where that is what is shown."""
        rest = self.query.without(self.missing)
        return Chip("q", str(rest), self.address(q=str(rest))) if self.missing and rest.terms else None

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are on."""
        return [
            Chip(name, f"{self.form.fields[name].label}: {self._shown(name, value)}", self.address(**{name: ""}))
            for name, value in self.chosen.items()
        ]

    @cached_property
    def to_drop(self) -> Found:
        """The filters and words without which something would be found, with how many pledges; most first."""
        filters = [(chip, self.count_without(chip.filter_name)) for chip in self._worth_dropping]
        return _most_first([*filters, *self._counted(self._searched_for_less, self.chosen)])

    @cached_property
    def to_keep(self) -> Found:
        """Where leaving out one does not help: the search without filters, each filter alone, and each word; most first."""
        alone = [{name: value} for name, value in self.chosen.items()] if len(self.chosen) > 1 else []
        parts = [(self._only(one), self.counter.total(one)) for one in alone]
        return _most_first([*parts, *self._counted({one.said: self.query.only(one) for one in self._tried}, {})])

    @property
    def instead(self) -> Found:
        """What to ask instead, where nothing was found."""
        return self.to_drop or self.to_keep

    @property
    def count_of_all(self) -> int:
        return self.counter.total({}) or 0

    @property
    def _worth_dropping(self) -> list[Chip]:
        if self.chosen.keys() == {"q"}:  # without it there are all pledges
            return []
        is_nowhere = self.missing and not self.shown_for
        return [chip for chip in self.chips if chip.filter_name == "q" or not is_nowhere]

    @property
    def _searched_for_less(self) -> dict[str, Query]:
        """The search without all its words with a minus: each try with one may take long; if it has none, without each of its words."""
        left_out = self.query.unwanted
        if left_out and self.query.terms:
            return {" ".join(f"-{one.typed}" for one in left_out): self.query.leaving_nothing_out()}
        return {one.said: self.query.without([one]) for one in self._tried}

    @property
    def _tried(self) -> tuple[Term, ...]:
        return self.query.terms[:_MOST_TRIED] if len(self.query.terms) > 1 else ()

    def _counted(self, searches: Mapping[str, Query], filters: Mapping[str, str]) -> Found:
        """Give what searches would find beside filters, by what they are called."""
        counted = self.counter.totals([self.counter.asked(filters, query) for query in searches.values()])
        chips = [
            Chip("q", f"“{name}”", list_address(**{**filters, "q": str(query)})) for name, query in searches.items()
        ]
        return list(zip(chips, counted, strict=True))

    def _only(self, chosen: Mapping[str, str]) -> Chip:
        ((name, value),) = chosen.items()
        return Chip(name, f"{self.form.fields[name].label}: {self._shown(name, value)}", list_address(**chosen))

    def count_without(self, name: str) -> int | None:
        """Count the pledges that would match without one of the filters that are on."""
        if name in self._facets.by_choice:
            return self._facets.by_choice[name].total()
        return self.counter.total({other: value for other, value in self.chosen.items() if other != name})

    @property
    def _answers(self) -> dict[str, Any]:
        return self.form.cleaned_data

    @cached_property
    def _facets(self) -> Facets:
        return self.counter.count(self.chosen)

    def _shown(self, name: str, value: str) -> str:
        if name == "changed_since":
            return date_format(date.fromisoformat(value), "j F Y")
        if name == "q":
            return f"“{value}”"
        return self._names[name][value] if name in self._names else value

    @property
    def _orders(self) -> dict[str, str]:
        return {name: shown for name, shown in self._names["sort"].items() if name != "relevance" or self.searched}

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return {
            **{
                name: {label.slug: label.name for label in self.labels.of(name) if self._is_on_offer(label)}
                for name in LABELLED
            },
            "source": {label.slug: label.name for label in self.labels.of("source")},
            "family": families(),
            "due": {"passed": _("Passed, not settled"), "ahead": _("Ahead, not settled")},
            "overdue": {"1": _("Overdue")},
            "sort": {name: str(order.name) for name, order in ORDERS.items()},
        }

    def _counted_names(self, name: str) -> dict[str, str]:
        names = self._titles if name == "source" else self._names[name]
        counted = self._facets.by_choice.get(name)
        if counted is None:
            return names
        return {value: f"{shown} ({counted[value]})" for value, shown in names.items()}

    @property
    def _titles(self) -> dict[str, str]:
        """The documents with the most pledges, and the chosen one."""
        by_choice = self._facets.by_choice
        counted = by_choice["source"] if by_choice else self.counter.most_used
        most = sorted(counted, key=lambda key: (-counted[key], int(key)))[:MOST_SOURCES]
        titles = self.counter.titles(dict.fromkeys([*most, *self._names["source"]]))
        return {key: Truncator(title).chars(LONGEST_TITLE) for key, title in titles.items()}

    def _is_on_offer(self, label: Label) -> bool:
        """The whole scale of ratings is public; of other labels those of public pledges, not one that only drafts have."""
        return label.dimension == "rating" or label.slug in self.counter.labels_in_use[label.dimension]


def _most_first(counted: Iterable[tuple[Chip, int | None]]) -> Found:
    found = [(chip, count) for chip, count in counted if count != 0]
    return sorted(found, key=lambda one: -(MOST_COUNTED if one[1] is None else one[1]))
