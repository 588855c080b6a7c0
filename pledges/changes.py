"""What changed in public: the announced editions, newest first. A minor one is never among them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from pledges.content import PledgeContent, read
from pledges.labels import Label, Labels
from pledges.models import Edition, PublicPledge

# Of these only the change note is told: what the page said is gone, or must not be said again.
_NOTE_ONLY = [Edition.Kind.WITHDRAWAL, Edition.Kind.REDACTION]


@dataclass(frozen=True)
class Change:
    """One announced edition, with the rating before and after it; None where there was none.

    Of a withdrawn pledge only the withdrawal is told, without a headline.
    """

    sequence: int
    number: int
    slug: str
    headline: str
    kind: str
    published_at: datetime
    change_note: str
    before: Label | None
    after: Label | None

    @property
    def kind_label(self) -> str:
        return str(Edition.Kind(self.kind).label)

    @property
    def has_moved(self) -> bool:
        return self.before != self.after

    @property
    def is_withdrawn(self) -> bool:
        return self.kind == Edition.Kind.WITHDRAWAL


@dataclass(frozen=True)
class Within:
    """Which changes are asked for; what is not given narrows nothing.

    `pledge`, `topic`, `department` and `promisor` are keys, and today's groupings count; `since` is a moment, and `before` an
    entry of the log, whether or not it is one of these.
    """

    pledge: int | None = None
    topic: int | None = None
    department: int | None = None
    promisor: int | None = None
    kind: str | None = None
    since: datetime | None = None
    before: int | None = None

    @property
    def condition(self) -> Q:
        """Of the database; `since` is none."""
        asked = {name: getattr(self, name) for name in _LOOKUPS}
        return Q(**{_LOOKUPS[name]: value for name, value in asked.items() if value is not None})


_LOOKUPS = {
    "pledge": "pledge",
    **{name: f"pledge__public__{name}" for name in ("topic", "department", "promisor")},
    "kind": "kind",
    "before": "sequence__lt",
}


def latest(most: int, labels: Labels, within: Within | None = None) -> list[Change]:
    """Give the latest announced editions, newest first: of the whole site, or of what is asked for."""
    within = within or Within()
    newest = _announced().filter(within.condition).order_by("-sequence")[:most]
    # Moments never go back along the log, so that what is too old ends the list: no index has to find it.
    told = takewhile(lambda edition: within.since is None or edition.published_at >= within.since, newest)
    return _changes(told, labels)


def latest_of(pledges: Iterable[PublicPledge], labels: Labels) -> list[Change]:
    """Give the last announced edition of each of some public pledges, newest first."""
    last = _announced().filter(
        pledge__in=[pledge.pk for pledge in pledges], published_at=F("pledge__public__changed_at")
    )
    return _changes(last.order_by("-sequence"), labels)


def contents(told: Iterable[Change]) -> dict[int, PledgeContent]:
    """Give what the page said from each change on, by sequence; nothing where only the note may be told."""
    stored = Edition.objects.filter(pk__in=[change.sequence for change in told])
    rows = stored.exclude(kind__in=_NOTE_ONLY).values_list("pk", "content")
    return {sequence: read(bytes(content)) for sequence, content in rows if content is not None}


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
            "pledge__public__slug",
            "pledge__public__headline",
        )
    )


def _changes(editions: Iterable[Any], labels: Labels) -> list[Change]:
    ratings = labels.by_slug("rating")
    return [
        Change(
            sequence=edition.sequence,
            number=edition.number,
            slug=edition.pledge.public.slug,
            headline="" if edition.kind == Edition.Kind.WITHDRAWAL else edition.pledge.public.headline,
            kind=edition.kind,
            published_at=edition.published_at,
            change_note=edition.change_note,
            before=_rating(edition.entry_before, ratings),
            after=_rating(edition.entry, ratings),
        )
        for edition in editions
    ]


def _rating(entry: bytes | memoryview | None, ratings: dict[str, Label]) -> Label | None:
    return ratings.get(json.loads(bytes(entry))["rating"]) if entry else None
