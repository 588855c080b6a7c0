"""Everything that changed in public, by day: for whoever comes back."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
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
from pledges.labels import Labels
from pledges.views.reading import PlaceForm, page_showing

PAGE_SIZE = 25


@dataclass(frozen=True)
class Asked:
    """Since which day, and before which entry of the log, where the page before this one ended."""

    since: date | None = None
    before: int | None = None

    @property
    def answers(self) -> dict[str, str]:
        answers = {"since": self.since.isoformat() if self.since else "", "before": str(self.before or "")}
        return {name: answer for name, answer in answers.items() if answer}

    @property
    def address(self) -> str:
        return reverse("updates") + (f"?{urlencode(self.answers)}" if self.answers else "")

    @property
    def within(self) -> Within:
        since = first_moment_of(self.since) if self.since else None
        return Within(since=since, before=self.before)


class UpdatesForm(PlaceForm):
    """All that the page can be asked."""

    since = DayField(_lazy("Since"))

    def clean(self) -> dict[str, Any]:
        if self.errors.pop("before", None):
            self.add_error(None, _("This address of a page is damaged. Start again from the first page."))
        return self.cleaned_data

    @property
    def asked(self) -> Asked:
        return Asked(self.cleaned_data["since"], self.before_number)


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
    form, today = UpdatesForm(request.GET), timezone.localdate()
    if not form.is_valid():
        words = {"form": form, "spans": list(_spans(today=today))}
        return render(request, "pledges/updates.html", words, status=HTTPStatus.BAD_REQUEST)
    if not is_asked_plainly(request.GET, form.asked.answers, form.fields):
        return redirect(form.asked.address)
    return render(request, "pledges/updates.html", {"form": form, **_page(form.asked, today=today)})


def _page(asked: Asked, *, today: date) -> dict[str, Any]:
    told = changes.latest(PAGE_SIZE + 1, Labels(), asked.within)
    shown, has_more = told[:PAGE_SIZE], len(told) > PAGE_SIZE
    return {
        "asked": asked,
        "spans": list(_spans(asked.since, today=today)),
        "days": list(_by_day(shown)),
        "is_ahead": asked.since is not None and asked.since > today,
        "first_address": Asked(asked.since).address if asked.before else "",
        "pager": {"next": Asked(asked.since, shown[-1].sequence).address if has_more else ""},
    }


def _by_day(told: Iterable[Change]) -> Iterator[Day]:
    for day, of_day in groupby(told, lambda change: timezone.localdate(change.published_at)):
        yield Day(day, list(of_day))


def _spans(since: date | None = None, *, today: date) -> Iterator[Span]:
    """Give what those who come back may ask for: no cookie tells when they were last here."""
    beginnings = {
        _("Today"): today,
        _("This week"): today - timedelta(days=today.weekday()),
        _("This month"): today.replace(day=1),
    }
    for name, day in beginnings.items():
        yield Span(name, Asked(day).address, is_shown=day == since)
    yield Span(_("Everything"), Asked().address, is_shown=False)
