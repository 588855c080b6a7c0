"""What an issue tells: the announced editions between two places of the log, one line a pledge, by what moved."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
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
    """All that happened to one pledge: from the rating before the first of its changes, or with which it began, to the last.

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
        """The other changes, newest first."""
        return self.told[-2::-1]

    @property
    def title(self) -> str:
        return _("A pledge page was withdrawn") if self.is_withdrawn else self.headline

    @property
    def is_withdrawn(self) -> bool:
        return self.last.is_withdrawn

    @property
    def has_moved(self) -> bool:
        return changes.is_another(self.before, self.after)


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
    "redacted": gettext_lazy("Removed on legal grounds"),
    "withdrawn": gettext_lazy("Withdrawn"),
}


def digest(after_sequence: int, until_sequence: int) -> list[Group]:
    """Give the groups that have a line, what matters most first."""
    by_kinds: dict[str, list[int]] = defaultdict(list)
    for pledge, kinds in changes.kinds_between(after_sequence, until_sequence).items():
        by_kinds[_group_by(kinds)].append(pledge)
    # Thousands may be new at once: of these no more is read than is shown.
    read = [pledge for name, pledges in by_kinds.items() for pledge in pledges[: MOST_LINES if name else None]]
    by_group: dict[str, list[Line]] = defaultdict(list)
    for line in lines_of(changes.between(after_sequence, until_sequence, read, Labels())):
        by_group[_group_of(line)].append(line)
    return [
        Group(name, str(title), lines[:MOST_LINES], max(0, max(len(lines), len(by_kinds[name])) - MOST_LINES))
        for name, title in _TITLES.items()
        if (lines := by_group[name])
    ]


def lines_of(told: Iterable[Change]) -> list[Line]:
    """Bring the changes of each pledge, oldest first, together in one line."""
    by_pledge: dict[str, list[Change]] = defaultdict(list)
    for change in told:
        by_pledge[change.slug].append(change)
    return [
        Line(slug, of_pledge[-1].headline, _began(of_pledge[0]), of_pledge[-1].after, tuple(of_pledge))
        for slug, of_pledge in by_pledge.items()
    ]


def _began(change: Change) -> Label | None:
    return change.after if change.kind == Edition.Kind.FIRST else change.before


def _group_of(line: Line) -> str:
    kinds = [change.kind for change in line.told]
    if name := _group_by(kinds):
        return name
    if line.has_moved:
        return "moved"
    return "redacted" if Edition.Kind.REDACTION in kinds else "updated"


def _group_by(kinds: Sequence[str]) -> str:
    """Name the group that the kinds of its changes put a pledge into; nothing where its ratings decide."""
    is_so = {
        "withdrawn": kinds[-1] == Edition.Kind.WITHDRAWAL,
        "corrected": Edition.Kind.CORRECTION in kinds,  # whatever else happened, nobody should miss that
        "new": kinds[0] == Edition.Kind.FIRST,
    }
    return next((name for name, holds in is_so.items() if holds), "")


@dataclass(frozen=True)
class Since:
    """What became later of that which an issue told: the slugs of pledges that were corrected, how many were withdrawn."""

    corrected: frozenset[str]
    withdrawn: int


def since(after_sequence: int, until_sequence: int) -> Since:
    told = Edition.objects.filter(sequence__gt=after_sequence, sequence__lte=until_sequence)
    kinds = [Edition.Kind.CORRECTION, Edition.Kind.WITHDRAWAL]
    later = Edition.objects.filter(
        pledge__in=told.exclude(kind=Edition.Kind.MINOR).values("pledge"), sequence__gt=until_sequence, kind__in=kinds
    )
    rows = set(later.values_list("kind", "pledge__public__slug", "pledge__public__withdrawn_at"))
    standing = {slug for kind, slug, withdrawn_at in rows if kind == Edition.Kind.CORRECTION and withdrawn_at is None}
    gone = {slug for kind, slug, withdrawn_at in rows if kind == Edition.Kind.WITHDRAWAL and withdrawn_at is not None}
    return Since(frozenset(standing), len(gone))
