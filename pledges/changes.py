"""What changed in public: the announced editions, newest first. A minor one is never among them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate, takewhile
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Length
from django.utils.functional import cached_property

from pledges.content import PledgeContent, read
from pledges.labels import GROUPINGS, Label, Labels
from pledges.models import Announcement, Edition

# Of these only the change note is told: what the page said is gone, or must not be said again.
_NOTE_ONLY = [Edition.Kind.WITHDRAWAL, Edition.Kind.REDACTION]


@dataclass(frozen=True)
class Change:
    """One announced edition, with the rating before and after it; None where there was none.

    Headline and ratings are called as that edition calls them, so that nothing but an announced edition changes what is
    told; as today only where its text is gone. `slug` is today's, `logged_slug` the one it came out under. Of a withdrawn
    pledge only the withdrawal is told, without a headline. Asked for under a heading, `course` says whether the pledge
    came to it or left it then, and `grouping` where the edition has it.
    """

    sequence: int
    number: int
    slug: str
    logged_slug: str
    headline: str
    kind: str
    published_at: datetime
    change_note: str
    before: Label | None
    after: Label | None
    course: str = ""
    grouping: str = ""
    stored: bytes = field(default=b"", repr=False)

    @property
    def kind_label(self) -> str:
        return str(Edition.Kind(self.kind).label)

    @property
    def has_moved(self) -> bool:
        return is_another(self.before, self.after)

    @property
    def is_withdrawn(self) -> bool:
        return self.kind == Edition.Kind.WITHDRAWAL

    @property
    def is_first(self) -> bool:
        return self.kind == Edition.Kind.FIRST

    @property
    def has_left(self) -> bool:
        return self.course == Announcement.Course.LEFT

    @property
    def has_come(self) -> bool:
        return self.course == Announcement.Course.CAME

    @cached_property
    def content(self) -> PledgeContent | None:
        """What the page said from then on; None where only the note may be told."""
        return read(self.stored) if self.stored and self.kind not in _NOTE_ONLY else None


@dataclass(frozen=True)
class Within:
    """Which changes are asked for; what is not given narrows nothing.

    `pledge`, `topic`, `department` and `promisor` are keys; of groupings those count that editions had the pledge in.
    `is_of_corrections` asks for what the feed of corrections tells, `is_first` for first publications or all else; `since`
    is a moment, and `before` an entry of the log, whether or not it is one of these.
    """

    pledge: int | None = None
    topic: int | None = None
    department: int | None = None
    promisor: int | None = None
    is_of_corrections: bool = False
    is_first: bool | None = None
    since: datetime | None = None
    before: int | None = None

    @property
    def headings(self) -> list[str]:
        keys = {dimension: getattr(self, dimension) for dimension in GROUPINGS}
        named = [Announcement.under(dimension, key) for dimension, key in keys.items() if key is not None]
        return [*named, Announcement.CORRECTIONS] if self.is_of_corrections else named

    def newest(self, editions: QuerySet[Any]) -> QuerySet[Any]:
        """Leave what is asked for, but for `since`, newest first; of several headings the first one tells the course."""
        asked = {"pledge": self.pledge, "sequence__lt": self.before}
        editions = editions.filter(**{name: value for name, value in asked.items() if value is not None})
        if self.is_first is not None:
            is_first = Q(kind=Edition.Kind.FIRST)
            editions = editions.filter(is_first if self.is_first else ~is_first)
        for number, heading in enumerate(self.headings):
            editions = editions.filter(announcements__heading=heading)
            if number == 0:
                editions = editions.annotate(heading=F("announcements__heading"), course=F("announcements__course"))
        # By the heading's own column: SQLite would sort all that is under it, although the two are the same.
        return editions.order_by("-announcements__edition_id" if self.headings else "-sequence")


def latest(most: int, labels: Labels, within: Within | None = None) -> list[Change]:
    """Give the latest announced editions, newest first: of the whole site, or of what is asked for."""
    within = within or Within()
    newest = within.newest(_announced())[:most]
    # Moments never go back along the log, so that what is too old ends the list: no index has to find it.
    told = takewhile(lambda edition: within.since is None or edition.published_at >= within.since, newest)
    return _changes(told, labels)


def latest_of_size(most: int, most_bytes: int, labels: Labels, within: Within) -> list[Change]:
    """Give as many of the latest, newest first, as have no more text than this together, but at least one."""
    sized = within.newest(_announced()).annotate(size=Coalesce(Length("content"), Value(0)))
    rows = list(sized.values_list("pk", "size")[:most])
    totals = accumulate(size for _sequence, size in rows)
    fitting = [pk for (pk, _size), total in zip(rows, totals, strict=True) if total <= most_bytes]
    chosen = fitting or [pk for pk, _size in rows[:1]]
    return _changes(within.newest(_announced().filter(pk__in=chosen)), labels)


def are_told_under(dimension: str, key: int) -> bool:
    """Whether a grouping ever had a public pledge, rather than drafts alone."""
    return Announcement.objects.filter(heading=Announcement.under(dimension, key)).exists()


def kinds_between(after_sequence: int, until_sequence: int) -> dict[int, list[str]]:
    """Give of each pledge the kinds of the announced editions after one entry of the log until another, oldest first."""
    kinds: dict[int, list[str]] = defaultdict(list)
    told = _announced().filter(sequence__gt=after_sequence, sequence__lte=until_sequence)
    for pledge, kind in told.values_list("pledge", "kind"):
        kinds[pledge].append(kind)
    return kinds


def between(after_sequence: int, until_sequence: int, pledges: Iterable[int], labels: Labels) -> list[Change]:
    """Give the announced editions of some pledges after one entry of the log until another, oldest first."""
    told = _announced().filter(sequence__gt=after_sequence, sequence__lte=until_sequence)
    return _changes(told.filter(pledge__in=list(pledges)), labels)


def of_verdicts(pledges: Iterable[int], after_sequence: int, until_sequence: int, labels: Labels) -> list[Change]:
    """Give those of some pledges, oldest first, that give a new verdict or put a mistake right."""
    told = _announced().filter(sequence__gt=after_sequence, sequence__lte=until_sequence)
    kinds = [Edition.Kind.VERDICT, Edition.Kind.CORRECTION]
    return _changes(told.filter(pledge__in=list(pledges), kind__in=kinds), labels)


def _announced() -> QuerySet[Any]:
    one_before = Edition.objects.filter(pledge=OuterRef("pledge"), number=OuterRef("number") - 1)
    # By its moment: a redaction may come after the withdrawal.
    is_withdrawal = Q(kind=Edition.Kind.WITHDRAWAL, published_at=F("pledge__public__withdrawn_at"))
    is_told = Q(pledge__public__withdrawn_at=None) | is_withdrawal
    return (
        Edition.objects.exclude(kind=Edition.Kind.MINOR)
        .filter(is_told)
        .annotate(entry_before=Subquery(one_before.values("entry")))
        .select_related("pledge__public")
        .only(
            "number",
            "kind",
            "published_at",
            "change_note",
            "entry",
            "content",
            "pledge__public__slug",
            "pledge__public__headline",
        )
    )


def _changes(editions: Iterable[Any], labels: Labels) -> list[Change]:
    return [_change(edition, labels) for edition in editions]


def _change(edition: Any, labels: Labels) -> Change:
    is_withdrawal = edition.kind == Edition.Kind.WITHDRAWAL
    stored = b"" if is_withdrawal or edition.content is None else bytes(edition.content)
    said = json.loads(stored) if stored else {}
    entry = json.loads(bytes(edition.entry))
    before = json.loads(bytes(edition.entry_before))["rating"] if edition.entry_before else ""
    dimension = getattr(edition, "heading", "").partition("/")[0]
    return Change(
        sequence=edition.sequence,
        number=edition.number,
        slug=edition.pledge.public.slug,
        logged_slug=entry["pledge"],
        headline="" if is_withdrawal else said.get("headline", edition.pledge.public.headline),
        kind=edition.kind,
        published_at=edition.published_at,
        change_note=edition.change_note,
        before=_rating(before, said, labels),
        after=_rating(entry["rating"], said, labels),
        course=getattr(edition, "course", ""),
        grouping=said[dimension]["name"] if dimension in said else "",
        stored=stored,
    )


def _rating(slug: str, said: dict[str, Any], labels: Labels) -> Label | None:
    """Give a rating as an edition calls it; every one that its pledge ever had is in its verdicts."""
    if not slug:
        return None
    named = (verdict["rating"] for verdict in said.get("verdicts", []) if verdict["rating"]["slug"] == slug)
    label = next((Label("rating", **rating) for rating in named), None)
    return label or labels.by_slug("rating").get(slug)


def is_another(before: Label | None, after: Label | None) -> bool:
    """Whether two ratings differ by more than what an edition called them."""
    return (before.slug if before else "") != (after.slug if after else "")
