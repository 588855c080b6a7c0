"""The public log: one canonical line an edition, chained by hashes.

`hash = SHA-256(0x00 ‖ entry)` is the leaf hash of RFC 6962. The entry commits to the content by
`SHA-256(0x02 ‖ salt ‖ content)`, so content can be erased by court order and the chain still holds.
"""

import hashlib
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from pledges.content import canonical, digest, standing_rating
from pledges.models import Edition
from pledges.verifier import Chain, read_entry

# What reading raises when a column holds what no release would ever write.
UNREADABLE = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
SALT_BYTES = 32
_BATCH = 1_000


@dataclass(frozen=True)
class Problem:
    """What is wrong; with the log from a sequence on, or with what belongs to it (None)."""

    sequence: int | None
    sentence: str

    def __str__(self) -> str:
        return f"Entry {self.sequence}: {self.sentence}" if self.sequence else self.sentence


def moment(when: datetime) -> str:
    """Write a moment as the log does: UTC with microseconds, `2026-11-23T09:30:00.000000Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def commitment(salt: bytes, content: bytes) -> str:
    return hashlib.sha256(b"\x02" + salt + content).hexdigest()


def write_entry(edition: Edition, *, slug: str, redacts: list[int] | None = None) -> bytes:
    """Give the public line for an edition that has all but entry and hash."""
    assert edition.content is not None
    assert edition.salt is not None
    stored = bytes(edition.content)
    rating, effective_on = standing_rating(stored)
    entry = {
        "sequence": edition.sequence,
        "previous_hash": edition.previous_hash,
        "published_at": moment(edition.published_at),
        "pledge": slug,
        "number": edition.number,
        "kind": edition.kind,
        "rating": rating,
        "effective_on": effective_on,
        "actor": edition.actor.handle,
        "approver": edition.approver.handle,
        "change_note": edition.change_note,
        "commitment": commitment(bytes(edition.salt), stored),
    }
    return canonical(entry | ({"redacts": redacts} if redacts else {}))


def origin() -> str:
    """Give the name of this site's log, as checkpoints have it."""
    return f"{urlsplit(settings.SITE_URL).netloc}/log"


def lines(*, after: int = 0) -> Iterator[bytes]:
    """Give the lines in order, from the one after a sequence on, a batch a query: a slow reader holds no database up."""
    editions = Edition.objects.order_by("pk").values_list("pk", "entry")
    while batch := list(editions.filter(pk__gt=after)[:_BATCH]):
        for _sequence, entry in batch:
            yield bytes(entry)
        if len(batch) < _BATCH:
            return
        after = batch[-1][0]


def verify(
    editions: Iterable[Edition],
    handles: Mapping[int, str],
    lines: Chain | None = None,
    *,
    redactions: Iterable[Edition],
) -> Iterator[Problem]:
    """Go through the editions in order of sequence and name, in that order too, everything that does not hold.

    `handles` gives the public name of each editor by key; `lines` follows the entries meanwhile; `redactions` are those
    of the editions, which have to be known before the editions that they blank are met.
    """
    check = _Check(handles, lines or Chain(), redacted={pair for one in redactions for pair in _redacted(one)})
    for edition in editions:
        try:
            for sentence in check.follow(edition):
                yield Problem(edition.sequence, sentence)
        except UNREADABLE:
            yield Problem(edition.sequence, "it cannot be read.")


def _redacted(redaction: Edition) -> Iterator[tuple[int, int]]:
    """Give the sequence and the pledge of each edition that a redaction may have blanked."""
    with suppress(*UNREADABLE):  # said when its turn comes
        entry = read_entry(bytes(redaction.entry)) or {}
        yield from ((sequence, redaction.pledge_id) for sequence in _named(entry, redaction.sequence))


def _named(entry: dict[str, Any], before: int) -> list[int]:
    return [sequence for sequence in entry.get("redacts", []) if sequence < before]


class _Check:
    """Where the check of the editions has got to; `lines` checks what is public of them."""

    def __init__(self, handles: Mapping[int, str], lines: Chain, redacted: Container[tuple[int, int]]) -> None:
        self.handles = handles
        self.lines = lines
        self.redacted = redacted  # sequence and pledge
        self.numbers: Counter[int] = Counter()

    def follow(self, edition: Edition) -> Iterator[str]:
        """Check one edition against those before it and take it in."""
        self.numbers[edition.pledge_id] += 1
        yield from self.lines.follow(bytes(edition.entry))
        if edition.hash != self.lines.head:
            yield "its hash is not the hash of its line."
        if edition.number != self.numbers[edition.pledge_id]:
            yield "its edition number does not continue those of the pledge."
        if self.lines.entry is not None:
            yield from self._compare(edition, self.lines.entry)

    def _compare(self, edition: Edition, entry: dict[str, Any]) -> Iterator[str]:
        yield from _compare_columns(edition, entry, self.handles)
        if edition.kind == Edition.Kind.REDACTION:
            _named(entry, edition.sequence)  # or it cannot be read
        if edition.content is not None:
            yield from _compare_content(edition, bytes(edition.content), entry)
        elif (edition.sequence, edition.pledge_id) not in self.redacted:
            yield "its content is gone and no later redaction of the pledge names it."


def _compare_columns(edition: Edition, entry: dict[str, Any], handles: Mapping[int, str]) -> Iterator[str]:
    columns = {
        "sequence": edition.sequence,
        "previous_hash": edition.previous_hash,
        "published_at": moment(edition.published_at),
        "number": edition.number,
        "kind": edition.kind,
        "change_note": edition.change_note,
        "actor": handles.get(edition.actor_id),
        "approver": handles.get(edition.approver_id),
    }
    for name, value in columns.items():
        if entry.get(name) != value:
            yield f"its {name.replace('_', ' ')} differs from its line."


def _compare_content(edition: Edition, stored: bytes, entry: dict[str, Any]) -> Iterator[str]:
    if commitment(bytes(edition.salt or b""), stored) != entry.get("commitment"):
        yield "its content is not what its line commits to."
        return
    if digest(stored) != edition.content_digest:
        yield "its content digest is not that of its content."
    if (entry.get("rating"), entry.get("effective_on")) != standing_rating(stored):
        yield "its rating is not the one in its content."
