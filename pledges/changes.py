"""What changed in public: the announced editions, newest first. A minor one is never among them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from pledges.labels import Label, Labels
from pledges.models import Edition, PublicPledge


@dataclass(frozen=True)
class Change:
    """One announced edition, with the rating before and after it; None where there was none.

    Of a withdrawn pledge only the withdrawal is told, without a headline.
    """

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


def latest(most: int, labels: Labels) -> list[Change]:
    """Give the latest announced editions of the whole site."""
    return _changes(_announced().order_by("-sequence")[:most], labels)


def latest_of(pledges: Iterable[PublicPledge], labels: Labels) -> list[Change]:
    """Give the last announced edition of each of some public pledges, newest first."""
    last = _announced().filter(
        pledge__in=[pledge.pk for pledge in pledges], published_at=F("pledge__public__changed_at")
    )
    return _changes(last.order_by("-sequence"), labels)


def between(after_sequence: int, until_sequence: int, labels: Labels) -> list[Change]:
    """Give the announced editions after one entry of the log until another, oldest first."""
    return _changes(_announced().filter(sequence__gt=after_sequence, sequence__lte=until_sequence), labels)


def of_verdicts(pledges: Iterable[int], after_sequence: int, until_sequence: int, labels: Labels) -> list[Change]:
    """Give those of some pledges, oldest first, that give a new verdict or put a mistake right."""
    told = _announced().filter(sequence__gt=after_sequence, sequence__lte=until_sequence)
    kinds = [Edition.Kind.VERDICT, Edition.Kind.CORRECTION]
    return _changes(told.filter(pledge__in=list(pledges), kind__in=kinds), labels)


def _announced() -> QuerySet[Any]:
    one_before = Edition.objects.filter(pledge=OuterRef("pledge"), number=OuterRef("number") - 1)
    is_told = Q(pledge__public__withdrawn_at=None) | Q(pk=F("pledge__public__edition"), kind=Edition.Kind.WITHDRAWAL)
    return (
        Edition.objects.exclude(kind=Edition.Kind.MINOR)
        .filter(is_told)
        .annotate(entry_before=Subquery(one_before.values("entry")))
        .select_related("pledge__public")
        .only(
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
