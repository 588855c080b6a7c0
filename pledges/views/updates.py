"""Everything that changed in public, by day: for whoever comes back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pledges import changes
from pledges.changes import Change, Within
from pledges.dates import first_moment_of
from pledges.filter_form import DayField, is_asked_plainly
from pledges.labels import GROUPINGS, Label, Labels
from pledges.views.reading import PlaceForm, page_showing

PAGE_SIZE = 25
_ASKED = ("since", *GROUPINGS, "before")


def updates_address(**asked: str) -> str:
    """Give the one address of the page that tells what is asked for."""
    query = urlencode({name: asked[name] for name in _ASKED if asked.get(name)})
    return reverse("updates") + (f"?{query}" if query else "")


@dataclass(frozen=True)
class Asked:
    """Since which day, under which groupings, and before which entry of the log, where the page before this one ended."""

    since: date | None = None
    groupings: tuple[Label, ...] = ()
    before: int | None = None

    @property
    def answers(self) -> dict[str, str]:
        slugs = {one.dimension: one.slug for one in self.groupings}
        since = self.since.isoformat() if self.since else ""
        answers = {"since": since, **slugs, "before": str(self.before or "")}
        return {name: answer for name, answer in answers.items() if answer}

    @property
    def address(self) -> str:
        return updates_address(**self.answers)

    @property
    def places(self) -> list[dict[str, str]]:
        """The pages of the groupings."""
        return [
            {"name": one.name, "address": reverse(f"{one.dimension}-detail", args=[one.slug])} for one in self.groupings
        ]

    @property
    def without_groupings(self) -> str:
        return replace(self, groupings=(), before=None).address

    @property
    def is_unlisted(self) -> bool:
        """Whether search engines are to leave it out: they need no more than one way to each change."""
        return self.before is not None or len(self.answers) > 1

    @property
    def within(self) -> Within:
        since = first_moment_of(self.since) if self.since else None
        keys: dict[str, Any] = {one.dimension: one.key for one in self.groupings}
        return Within(since=since, before=self.before, **keys)


class UpdatesForm(PlaceForm):
    """All that the page can be asked; the groupings are not chosen here but linked to."""

    field_order = _ASKED

    since = DayField(_lazy("Since"))
    topic = forms.SlugField(required=False, widget=forms.HiddenInput)
    department = forms.SlugField(required=False, widget=forms.HiddenInput)
    promisor = forms.SlugField(required=False, widget=forms.HiddenInput)

    def __init__(self, sent: QueryDict, labels: Labels) -> None:
        super().__init__(sent)
        self._labels = labels

    def clean(self) -> dict[str, Any]:
        if self.errors.pop("before", None):
            self.add_error(None, _("This address of a page is damaged. Start again from the first page."))
        asked = {name: self.cleaned_data.get(name, "") for name in GROUPINGS}
        self.groupings = tuple(filter(None, (self._label(name, slug) for name, slug in asked.items() if slug)))
        unknown = [name for name in GROUPINGS if self.errors.pop(name, None)]
        if unknown or len(self.groupings) < sum(map(bool, asked.values())):
            self.add_error(None, _("No public pledge was ever found where this address looks for one."))
        return self.cleaned_data

    def _label(self, dimension: str, slug: str) -> Label | None:
        label = self._labels.by_slug(dimension).get(slug)
        return label if label and changes.are_told_under(dimension, label.key) else None

    @property
    def asked(self) -> Asked:
        return Asked(self.cleaned_data["since"], self.groupings, self.before_number)


@dataclass(frozen=True)
class Day:
    """What changed on one day."""

    date: date
    changes: list[Change]


@dataclass(frozen=True)
class Span:
    """A time to look back on, with the address of what changed in it."""

    name: str
    address: str
    is_shown: bool


@page_showing("lists", known=UpdatesForm.base_fields)
def updates(request: HttpRequest) -> HttpResponse:
    labels, today = Labels(), timezone.localdate()
    form = UpdatesForm(request.GET, labels)
    if not form.is_valid():
        words = {"form": form, "spans": list(_spans(Asked(), today=today))}
        return render(request, "pledges/updates.html", words, status=HTTPStatus.BAD_REQUEST)
    if not is_asked_plainly(request.GET, form.asked.answers, form.fields):
        return redirect(form.asked.address)
    return render(request, "pledges/updates.html", {"form": form, **_page(form.asked, labels, today=today)})


def _page(asked: Asked, labels: Labels, *, today: date) -> dict[str, Any]:
    told = changes.latest(PAGE_SIZE + 1, labels, asked.within)
    shown, has_more = told[:PAGE_SIZE], len(told) > PAGE_SIZE
    first = replace(asked, before=None)
    return {
        "asked": asked,
        "spans": list(_spans(asked, today=today)),
        "days": list(_by_day(shown)),
        "is_ahead": asked.since is not None and asked.since > today,
        "first_address": first.address if asked.before else "",
        "pager": {"next": replace(first, before=shown[-1].sequence).address if has_more else ""},
    }


def _by_day(told: Iterable[Change]) -> Iterator[Day]:
    for day, of_day in groupby(told, lambda change: timezone.localdate(change.published_at)):
        yield Day(day, list(of_day))


def _spans(asked: Asked, *, today: date) -> Iterator[Span]:
    """Give what those who come back may ask for: no cookie tells when they were last here."""
    beginnings = {
        _("Today"): today,
        _("This week"): today - timedelta(days=today.weekday()),
        _("This month"): today.replace(day=1),
    }
    first = replace(asked, before=None)
    for name, day in beginnings.items():
        yield Span(name, replace(first, since=day).address, is_shown=day == asked.since)
    yield Span(_("Everything"), replace(first, since=None).address, is_shown=False)
