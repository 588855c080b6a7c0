from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import changes
from pledges.changes import Change, Within
from pledges.charts import Share, rating_bar
from pledges.dates import PartialDate, first_moment_of
from pledges.filter_form import list_address
from pledges.labels import Label, Labels
from pledges.listed import listed
from pledges.models import Department, Promisor, PublicPledge, Topic
from pledges.models.grouping import Grouping
from pledges.totals import Cell, all_cells
from pledges.views.reading import page_showing, reader_page
from pledges.views.updates import updates_address

MOST_MOVES = 5
MOST_READ = 30  # of the month's changes that are no first publications, to find those that moved a rating
MOST_PLEDGES = 10


@dataclass(frozen=True)
class GroupLine:
    """A topic, department or promisor with how many pledges it has; `shares` are worked out where a page shows them."""

    label: Label
    cells: list[Cell]
    labels: Labels

    @property
    def name(self) -> str:
        return self.label.name

    @property
    def address(self) -> str:
        return reverse(f"{self.label.dimension}-detail", args=[self.label.slug])

    @property
    def count(self) -> int:
        return sum(cell.pledges for cell in self.cells)

    @property
    def shares(self) -> list[Share]:
        return rating_bar(self.cells, self.labels, **{self.label.dimension: self.label.slug})


@dataclass(frozen=True)
class Month:
    """What happened since the first of the month, newest first: what moved or went, and what is new here.

    The address tells all of it; it is empty if that is here. `last_changed_at` is told where nothing moved.
    """

    begins_on: date
    moved: list[Change]
    new: list[Change]
    rest_address: str
    last_changed_at: datetime | None


@reader_page
def topic_list(request: HttpRequest) -> HttpResponse:
    about = _("What the pledges are about, and where those of each topic stand.")
    return _list_page(request, "topic", about=about)


@reader_page
def department_list(request: HttpRequest) -> HttpResponse:
    about = _("Which public bodies have to carry the pledges out, and where those of each stand.")
    return _list_page(request, "department", about=about)


@reader_page
def promisor_list(request: HttpRequest) -> HttpResponse:
    about = _("Which parties, governments and office-holders promised, and where the pledges of each stand.")
    return _list_page(request, "promisor", about=about)


@page_showing("topic:{slug}")
def topic_detail(request: HttpRequest, slug: str) -> HttpResponse:
    topic = get_object_or_404(Topic, slug=slug)
    return _grouping_page(request, topic, kind=_("Topic"), about=topic.description)


@page_showing("department:{slug}")
def department_detail(request: HttpRequest, slug: str) -> HttpResponse:
    return _grouping_page(request, get_object_or_404(Department, slug=slug), kind=_("Department"))


@page_showing("promisor:{slug}")
def promisor_detail(request: HttpRequest, slug: str) -> HttpResponse:
    promisor = get_object_or_404(Promisor, slug=slug)
    return _grouping_page(request, promisor, kind=promisor.get_kind_display(), about=_in_office(promisor))


def group_lines(dimension: str, cells: Iterable[Cell], labels: Labels) -> list[GroupLine]:
    """Give every topic, department or promisor that has a public pledge."""
    of_group: dict[int, list[Cell]] = defaultdict(list)
    for cell in cells:
        of_group[getattr(cell, dimension)].append(cell)
    return [GroupLine(label, of_group[label.key], labels) for label in labels.of(dimension) if label.key in of_group]


def _list_page(request: HttpRequest, dimension: str, *, about: str) -> HttpResponse:
    lists = _lists()
    context = {
        "title": lists.pop(dimension)["name"],
        "about": about,
        "groups": group_lines(dimension, all_cells(), Labels()),
        "others": lists.values(),
    }
    return render(request, "pledges/group_list.html", context)


def _lists() -> dict[str, dict[str, str]]:
    """Give the pages that list all topics, departments and promisors, by dimension."""
    names = {"topic": _("Topics"), "department": _("Departments"), "promisor": _("Who promised")}
    return {dimension: {"name": name, "address": reverse(f"{dimension}-list")} for dimension, name in names.items()}


def _grouping_page(request: HttpRequest, grouping: Grouping, *, kind: str, about: str = "") -> HttpResponse:
    labels, dimension = Labels(), str(grouping._meta.model_name)
    cells = [cell for cell in all_cells() if getattr(cell, dimension) == grouping.pk]
    if not cells and not changes.are_told_under(dimension, grouping.pk):
        raise Http404  # only drafts have it
    in_it = PublicPledge.objects.in_public().filter(**{dimension: grouping.pk})
    pledges = list(in_it.for_lists().order_by("-changed_at", "-pk")[:MOST_PLEDGES])
    within, today = {dimension: grouping.slug}, timezone.localdate()
    month = _month(dimension, grouping, labels, today=today)
    told = {change.slug for change in (*month.moved, *month.new)}  # and not said again below
    return render(
        request,
        "pledges/group.html",
        {
            "group": {"name": grouping.name, "kind_label": kind, "description": about},
            "crumbs": [_lists()[dimension], {"name": grouping.name}],
            "count": sum(cell.pledges for cell in cells),
            "totals": {"shares": rating_bar(cells, labels, **within)},
            "month": month,
            "rows": listed([row for row in pledges if row.slug not in told], labels, today=today),
            "dimension": dimension,
            "feed": reverse(f"{dimension}-feed", args=[grouping.slug]),
            "all_address": list_address(**within),
        },
    )


def _month(dimension: str, grouping: Grouping, labels: Labels, *, today: date) -> Month:
    """Tell what an announced edition changed here; a mass of new pledges hides no move."""
    begins_on, own = today.replace(day=1), {dimension: grouping.pk}
    since = first_moment_of(begins_on)
    other = changes.latest(MOST_READ, labels, Within(**own, since=since, is_first=False))
    first = changes.latest(MOST_MOVES + 1, labels, Within(**own, since=since, is_first=True))
    moved = [change for change in other if change.has_moved or change.is_withdrawn or change.has_left]
    come = [change for change in other if change.has_come and change not in moved]
    new = sorted([*come, *first], key=lambda change: -change.sequence)
    is_all = len(moved) + len(come) == len(other) < MOST_READ and max(len(moved), len(new)) <= MOST_MOVES
    last = [] if moved or new else changes.latest(1, labels, Within(**own))
    return Month(
        begins_on=begins_on,
        moved=moved[:MOST_MOVES],
        new=new[:MOST_MOVES],
        rest_address="" if is_all else updates_address(since=begins_on.isoformat(), **{dimension: grouping.slug}),
        last_changed_at=last[0].published_at if last else None,
    )


def _in_office(promisor: Promisor) -> str:
    since, until = (
        str(PartialDate.parse(stored)) if stored else ""
        for stored in (promisor.in_office_from, promisor.in_office_until)
    )
    if since and until:
        return _("In office from %(since)s until %(until)s.") % {"since": since, "until": until}
    return _("In office since %(since)s.") % {"since": since} if since else ""
