"""What an issue tells: the announced editions between two places of the log, one line a pledge, by what moved."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pledges import changes
from pledges.changes import Change
from pledges.labels import Label, Labels
from pledges.models import Edition

MOST_LINES = 50  # of one group: a message that takes in thousands would reach nobody


@dataclass(frozen=True)
class Line:
    """All that happened to one pledge: from the rating before the first of its changes to that after the last.

    It can be shown as its last change can, with the earlier ones below.
    """

    slug: str
    headline: str
    before: Label | None
    after: Label | None
    told: tuple[Change, ...]

    @property
    def last(self) -> Change:
        return self.told[-1]

    @property
    def kind(self) -> str:
        return self.last.kind

    @property
    def kind_label(self) -> str:
        return self.last.kind_label

    @property
    def published_at(self) -> datetime:
        return self.last.published_at

    @property
    def change_note(self) -> str:
        return self.last.change_note

    @property
    def earlier(self) -> tuple[Change, ...]:
        return self.told[:-1]

    @property
    def title(self) -> str:
        return _("A pledge page was withdrawn") if self.is_withdrawn else self.headline

    @property
    def is_withdrawn(self) -> bool:
        return self.last.is_withdrawn

    @property
    def is_new(self) -> bool:
        return self.told[0].kind == Edition.Kind.FIRST

    @property
    def has_moved(self) -> bool:
        return not self.is_new and self.before != self.after

    @property
    def is_corrected(self) -> bool:
        return any(change.kind == Edition.Kind.CORRECTION for change in self.told)


@dataclass(frozen=True)
class Group:
    """The lines of which the same can be said; `left_out` counts those too many to show."""

    name: str
    title: str
    lines: list[Line]
    left_out: int


_TITLES = {
    "moved": gettext_lazy("The rating changed"),
    "corrected": gettext_lazy("We corrected a mistake of ours"),
    "new": gettext_lazy("New in the tracker"),
    "updated": gettext_lazy("New facts, same rating"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


def digest(after_sequence: int, until_sequence: int) -> list[Group]:
    """Give the groups that have a line, what matters most first."""
    by_group: dict[str, list[Line]] = defaultdict(list)
    for line in lines_of(changes.between(after_sequence, until_sequence, Labels())):
        by_group[_group_of(line)].append(line)
    return [
        Group(name, str(title), lines[:MOST_LINES], left_out=len(lines[MOST_LINES:]))
        for name, title in _TITLES.items()
        if (lines := by_group[name])
    ]


def lines_of(told: Iterable[Change]) -> list[Line]:
    """Bring the changes of each pledge, oldest first, together in one line."""
    by_pledge: dict[str, list[Change]] = defaultdict(list)
    for change in told:
        by_pledge[change.slug].append(change)
    return [
        Line(slug, of_pledge[-1].headline, of_pledge[0].before, of_pledge[-1].after, tuple(of_pledge))
        for slug, of_pledge in by_pledge.items()
    ]


def _group_of(line: Line) -> str:
    is_so = {
        "withdrawn": line.is_withdrawn,
        "new": line.is_new,
        "moved": line.has_moved,
        "corrected": line.is_corrected,
        "updated": True,
    }
    return next(name for name, holds in is_so.items() if holds)
