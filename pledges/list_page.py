"""What a page of a list shows beside its form: its rows, the pages beside it, and the filters that are on."""

from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext as _

from pledges.conditions import NO_DUE_DAY
from pledges.facets import MOST_COUNTED
from pledges.listed import ListedPledge


@dataclass(frozen=True)
class Chip:
    """A filter that is on: what it says, and the address without it."""

    filter_name: str
    name: str
    address: str


Found = list[tuple[Chip, int | None]]  # with how many pledges there would be; None for more than are counted


@dataclass(frozen=True)
class Pager:
    """The addresses of the pages beside this one; empty where there is none."""

    previous: str
    next: str


@dataclass(frozen=True)
class Page:
    """One page of a list, and how many pledges the whole list has; None if a search found more than are counted."""

    rows: list[ListedPledge]
    count: int | None
    pager: Pager
    sort: str
    most_counted: int = MOST_COUNTED

    @property
    def is_of_last_changed(self) -> bool:
        """Whether more were found than are sorted by a date."""
        return self.count is None and self.sort in {"made", "due"}

    @property
    def groups(self) -> list[tuple[str, list[ListedPledge]]]:
        """The rows under headings: the year by which they were promised if they are in that order, else one of no name."""
        if self.sort != "due":
            return [("", self.rows)]
        return [(_due_heading(year), list(rows)) for year, rows in groupby(self.rows, lambda row: row.due_day.year)]


def _due_heading(year: int) -> str:
    if year == NO_DUE_DAY.year:
        return _("Promised for no fixed date")
    return _("Promised by the end of %(year)s") % {"year": year}
