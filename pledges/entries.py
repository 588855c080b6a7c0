"""The public log as people read it: its entries, newest first."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pledges.labels import Label, Labels
from pledges.models import Edition


@dataclass(frozen=True)
class LoggedEntry:
    """One entry, from its own line; `headline` is today's, and empty while the pledge is withdrawn."""

    sequence: int
    short_hash: str
    published_at: datetime
    slug: str
    headline: str
    kind: str
    number: int
    rating: Label | None
    change_note: str
    actor: str
    approver: str
    redacts: list[int]

    @property
    def kind_label(self) -> str:
        return str(Edition.Kind(self.kind).label)

    @property
    def is_withdrawal(self) -> bool:
        """Whether no rating stands any more, although the line has the last one."""
        return self.kind == Edition.Kind.WITHDRAWAL


@dataclass(frozen=True)
class EntriesPage:
    """Some entries, newest first; `head` is the last edition of all, None before the first one."""

    entries: list[LoggedEntry]
    head: Edition | None

    @property
    def newer_than(self) -> int | None:
        """The sequence after which the newer entries follow, if there are any."""
        newest = self.entries[0].sequence if self.entries else None
        return newest if newest and self.head and newest < self.head.sequence else None

    @property
    def older_than(self) -> int | None:
        """The sequence before which the older entries lie, if there are any: the log has no gap."""
        oldest = self.entries[-1].sequence if self.entries else None
        return oldest if oldest and oldest > 1 else None


def page(size: int, *, before: int | None = None, after: int | None = None) -> EntriesPage:
    """Give the newest entries, the newest before a sequence, or the oldest after one; any page costs three queries."""
    editions = Edition.objects.select_related("pledge__public").only(
        *("entry", "hash", "kind", "number", "published_at", "pledge__public__slug"),
        *("pledge__public__headline", "pledge__public__withdrawn_at"),
    )
    if after is not None:
        rows = list(editions.filter(pk__gt=after).order_by("pk")[:size])[::-1]
    else:
        within = editions.filter(pk__lt=before) if before is not None else editions
        rows = list(within.order_by("-pk")[:size])
    ratings = Labels().by_slug("rating")
    return EntriesPage(
        entries=[_logged(row, json.loads(bytes(row.entry)), ratings) for row in rows],
        head=Edition.objects.only("sequence", "hash").last(),
    )


def _logged(edition: Edition, entry: dict[str, Any], ratings: dict[str, Label]) -> LoggedEntry:
    public = edition.pledge.public
    return LoggedEntry(
        sequence=edition.sequence,
        short_hash=edition.short_hash,
        published_at=edition.published_at,
        slug=public.slug,
        headline="" if public.withdrawn_at else public.headline,
        kind=edition.kind,
        number=edition.number,
        rating=ratings.get(entry["rating"]),
        change_note=entry["change_note"],
        actor=entry["actor"],
        approver=entry["approver"],
        redacts=entry.get("redacts", []),
    )
