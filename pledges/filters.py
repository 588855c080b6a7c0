"""The one way to narrow the public pledges: the list page asks it, and so will every later list of pledges."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pledges.keyset import Cursor, Order, cut
from pledges.labels import UNRATED, Label, Labels, families
from pledges.listed import ListedPledge, listed
from pledges.models import PublicPledge
from pledges.models.public_pledge import PublicPledgeQuerySet
from pledges.totals import Cell, Facets, all_cells, cells_of, facets

PAGE_SIZE = 50
LONGEST_VALUE = 200
ORDERS = {
    "changed": Order(_lazy("Last changed"), "changed_at", is_descending=True),
    "made": Order(_lazy("Newest pledge"), "made_day", is_descending=True),
    "due": Order(_lazy("Promised date, earliest first"), "due_day", is_descending=False),
}
USUAL_ORDER = "changed"
DIMENSIONS = ("rating", "family", "topic", "department", "promisor")  # what a cell of the tally tells

_FILTERS = (*DIMENSIONS, "overdue")
_LABELS = ("rating", "topic", "department", "promisor")


class KnownChoiceField(forms.ChoiceField):
    """A choice, or none, that says what it does not know."""

    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False)

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            shown = value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
            raise ValidationError(_("“%s” is not one of the choices. Choose another, or none.") % shown)


class PledgeFilterForm(forms.Form):
    """All that a list of pledges can be asked."""

    rating = KnownChoiceField(_lazy("Rating"))
    family = KnownChoiceField(_lazy("Kind of rating"))
    topic = KnownChoiceField(_lazy("Topic"))
    department = KnownChoiceField(_lazy("Department"))
    promisor = KnownChoiceField(_lazy("Promised by"))
    overdue = KnownChoiceField(_lazy("Our next check"))
    sort = KnownChoiceField(_lazy("Sort by"))
    after = forms.CharField(widget=forms.HiddenInput, required=False)
    before = forms.CharField(widget=forms.HiddenInput, required=False)

    def offer(self, choices: Mapping[str, Mapping[str, str]]) -> None:
        """Take what can be chosen: by field, what each value is called."""
        for name, names in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("Any")), *names.items()] if name != "sort" else list(names.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        order = ORDERS[cleaned.get("sort") or USUAL_ORDER]
        for name in ("after", "before"):
            try:
                cleaned[name] = Cursor.parse(cleaned[name], order) if cleaned.get(name) else None
            except ValueError as error:
                self.add_error(None, str(error))
        if cleaned.get("after") and cleaned.get("before"):
            self.add_error(None, _("A page lies after another or before it: ask for one of the two."))
        return cleaned


def list_address(**asked: str) -> str:
    """Give the one address of the list that is narrowed so."""
    query = urlencode({name: asked[name] for name in PledgeFilterForm.base_fields if asked.get(name)})
    return reverse("pledge-list") + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it says, the address without it, and how many pledges that shows."""

    name: str
    address: str
    count: int


@dataclass(frozen=True)
class Pager:
    """The addresses of the pages beside this one; empty where there is none."""

    previous: str
    next: str


@dataclass(frozen=True)
class Page:
    """One page of a list, and how many pledges the whole list has."""

    rows: list[ListedPledge]
    count: int
    pager: Pager


class PledgeFilter:
    """What a reader asked of the public pledges; `form` is shown with it and says what was wrong.

    An unknown name is ignored; an unknown value makes `is_valid` false. Every count agrees with the list that its address
    gives. Costs three queries, and one more for a page.
    """

    def __init__(self, asked: Mapping[str, str], *, today: date) -> None:
        self.today = today
        self.labels = Labels()
        self.form = PledgeFilterForm(asked)
        self.form.offer(self._names)
        self.is_valid = self.form.is_valid()
        self.chosen = {name: value for name, value in self._answers.items() if name in _FILTERS and value}
        self.form.offer({name: self._counted_names(name) for name in _FILTERS})

    def pledges(self) -> PublicPledgeQuerySet:
        """Give the public pledges that match, in no order."""
        pledges = PublicPledge.objects.in_public()
        for name, value in self.chosen.items():
            pledges = pledges.filter(self._condition(name, value))
        return pledges

    def page(self) -> Page:
        """Give the page that was asked for; any page costs the same."""
        places = {name: self._answers[name] for name in ("after", "before")}
        found = cut(self.pledges().for_lists(), ORDERS[self.sort], PAGE_SIZE, **places)
        return Page(
            rows=listed(found.rows, self.labels, today=self.today),
            count=self._facets.total,
            pager=Pager(
                previous=self.address(before=str(found.before)) if found.before else "",
                next=self.address(after=str(found.after)) if found.after else "",
            ),
        )

    def address(self, **changes: str) -> str:
        """Give the one address of this list's first page with some answers changed; an empty text drops one."""
        return list_address(**(self._asked | {"after": "", "before": ""} | changes))

    @property
    def own_address(self) -> str:
        """The one address of this very page."""
        return list_address(**self._asked)

    def is_asked_plainly(self, asked: QueryDict) -> bool:
        """Whether an address says no more than it must: a browser sends every field of the form, the empty ones too."""
        known = [(name, value) for name, values in asked.lists() for value in values if name in self.form.fields]
        return sorted(known) == sorted(self._asked.items())

    @property
    def _asked(self) -> dict[str, str]:
        sort = "" if self.sort == USUAL_ORDER else self.sort
        places = {name: str(self._answers.get(name) or "") for name in ("after", "before")}
        return {name: value for name, value in {**self.chosen, "sort": sort, **places}.items() if value}

    @property
    def sort(self) -> str:
        return self._answers.get("sort") or USUAL_ORDER

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are on."""
        return [
            Chip(
                name=f"{self.form.fields[name].label}: {self._names[name][value]}",
                address=self.address(**{name: ""}),
                count=self._all.total if name == "overdue" else self._facets.by_choice[name].total(),
            )
            for name, value in self.chosen.items()
        ]

    @property
    def to_drop(self) -> list[Chip]:
        """The filters without which something would be found, most first."""
        return sorted((chip for chip in self.chips if chip.count), key=lambda chip: -chip.count)

    @property
    def _answers(self) -> dict[str, Any]:
        return self.form.cleaned_data

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        return {
            **{
                name: {label.slug: label.name for label in self.labels.of(name) if self._is_on_offer(label)}
                for name in _LABELS
            },
            "family": families(),
            "overdue": {"1": _("Overdue")},
            "sort": {name: str(order.name) for name, order in ORDERS.items()},
        }

    def _counted_names(self, name: str) -> dict[str, str]:
        if name == "overdue":
            return {"1": f"{self._names[name]['1']} ({self._overdue.total})"}
        counted = self._facets.by_choice[name]
        return {value: f"{shown} ({counted[value]})" for value, shown in self._names[name].items()}

    def _condition(self, name: str, value: str) -> Q:
        if name == "overdue":
            # SQLite uses an index of some rows only where the question repeats its condition.
            return Q(next_check_on__lt=self.today, next_check_on__isnull=False)
        if name == "family":
            keys = [rating.key for rating in self.labels.of("rating") if rating.family == value]
            return Q(rating=None) if value == UNRATED else Q(rating__in=keys)
        return Q(**{name: self.labels.by_slug(name)[value].key})

    @property
    def _facets(self) -> Facets:
        return self._overdue if "overdue" in self.chosen else self._all

    @cached_property
    def _all(self) -> Facets:
        return facets(self._counted, self._chosen_labels, DIMENSIONS)

    @cached_property
    def _overdue(self) -> Facets:
        overdue = PublicPledge.objects.in_public().filter(self._condition("overdue", "1"))
        return facets(map(self._count_of, cells_of(overdue)), self._chosen_labels, DIMENSIONS)

    @property
    def _chosen_labels(self) -> dict[str, str]:
        return {name: value for name, value in self.chosen.items() if name in DIMENSIONS}

    @cached_property
    def _counted(self) -> list[tuple[dict[str, str], int]]:
        return [self._count_of(cell) for cell in all_cells()]

    @cached_property
    def _in_use(self) -> dict[str, set[str]]:
        return {name: {values[name] for values, _ in self._counted} for name in _LABELS}

    def _is_on_offer(self, label: Label) -> bool:
        """The whole scale of ratings is public; of other labels those of public pledges, not one that only drafts have."""
        return label.dimension == "rating" or label.slug in self._in_use[label.dimension]

    def _count_of(self, cell: Cell) -> tuple[dict[str, str], int]:
        values = {name: self._slugs[name].get(getattr(cell, name), "") for name in _LABELS}
        return values | {"family": self._families.get(cell.rating, UNRATED)}, cell.pledges

    @cached_property
    def _slugs(self) -> dict[str, dict[int, str]]:
        return {name: {key: label.slug for key, label in self.labels.by_key(name).items()} for name in _LABELS}

    @cached_property
    def _families(self) -> dict[int | None, str]:
        return {label.key: label.family for label in self.labels.of("rating")}
