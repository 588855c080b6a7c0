from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from pledges import changes
from pledges.charts import rating_bar
from pledges.conditions import Conditions
from pledges.filter_form import list_address
from pledges.labels import Labels
from pledges.listed import ListedPledge, listed
from pledges.models import PublicPledge
from pledges.totals import all_cells
from pledges.views.groupings import group_lines
from pledges.views.reading import reader_page

MOST_CHANGES = 5
MOST_DUE = 5


@reader_page
def home(request: HttpRequest) -> HttpResponse:
    labels, cells = Labels(), all_cells()
    return render(
        request,
        "pledges/home.html",
        {
            "pledge_count": sum(cell.pledges for cell in cells),
            "totals": {"shares": rating_bar(cells, labels)},
            "changes": changes.latest(MOST_CHANGES, labels),
            "topics": group_lines("topic", cells, labels),
            "due_soon": _due_soon(labels, today=timezone.localdate()),
            "due_address": list_address(due="ahead", sort="due"),
        },
    )


def _due_soon(labels: Labels, *, today: date) -> list[ListedPledge]:
    """List the pledges whose time runs out next, of those that are not settled yet."""
    ahead = Conditions(labels, today=today).due["ahead"]
    due = PublicPledge.objects.in_public().filter(ahead).for_lists()
    return listed(due.order_by("due_day", "pk")[:MOST_DUE], labels, today=today)
