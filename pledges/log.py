"""The public log: one canonical line an edition, chained by hashes.

`hash = SHA-256(0x00 ‖ entry)` is the leaf hash of RFC 6962. The entry commits to the content by
`SHA-256(0x02 ‖ salt ‖ content)`, so content can be erased by court order and the chain still holds.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pledges.content import canonical, digest, is_canonical, standing_rating
from pledges.models import Edition

# What reading raises when a column holds what no release would ever write.
UNREADABLE = (AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError)
FIRST_PREVIOUS_HASH = "0" * 64
SALT_BYTES = 32


@dataclass(frozen=True)
class Problem:
    """What is wrong with the log, and from which sequence on."""

    sequence: int
    sentence: str

    def __str__(self) -> str:
        return f"Entry {self.sequence}: {self.sentence}"


def moment(when: datetime) -> str:
    """Write a moment as the log does: UTC with microseconds, `2026-11-23T09:30:00.000000Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def entry_hash(entry: bytes) -> str:
    return hashlib.sha256(b"\x00" + entry).hexdigest()


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


def verify(editions: Iterable[Edition], handles: Mapping[int, str]) -> Iterator[Problem]:
    """Go through the editions in order of sequence and name everything that does not hold.

    `handles` gives the public name of each editor by key.
    """
    chain = _Chain(handles)
    for edition in editions:
        try:
            for sentence in chain.follow(edition):
                yield Problem(edition.sequence, sentence)
        except UNREADABLE:
            yield Problem(edition.sequence, "it cannot be read.")
    for sequence in sorted(chain.blank - chain.redacted):
        yield Problem(sequence, "its content is gone and no redaction names it.")


class _Chain:
    """Where the check has got to."""

    def __init__(self, handles: Mapping[int, str]) -> None:
        self.handles = handles
        self.sequence = 0
        self.hash = FIRST_PREVIOUS_HASH
        self.published_at = datetime.min.replace(tzinfo=UTC)
        self.numbers: Counter[int] = Counter()
        self.blank: set[int] = set()
        self.redacted: set[int] = set()

    def follow(self, edition: Edition) -> Iterator[str]:
        """Check one edition against those before it and take it in."""
        self.numbers[edition.pledge_id] += 1
        try:
            yield from self._compare(edition)
        finally:
            self.sequence, self.hash, self.published_at = edition.sequence, edition.hash, edition.published_at

    def _compare(self, edition: Edition) -> Iterator[str]:
        entry_bytes = bytes(edition.entry)
        if edition.sequence != self.sequence + 1:
            yield f"the sequence does not continue after {self.sequence}."
        if edition.previous_hash != self.hash:
            yield "its previous hash is not the hash of the entry before it."
        if edition.hash != entry_hash(entry_bytes):
            yield "its hash is not the hash of its line."
        if edition.published_at < self.published_at:
            yield "its moment is earlier than that of the entry before it."
        if edition.number != self.numbers[edition.pledge_id]:
            yield "its edition number does not continue those of the pledge."
        yield from self._compare_line(edition, entry_bytes)

    def _compare_line(self, edition: Edition, entry_bytes: bytes) -> Iterator[str]:
        entry = _read_entry(entry_bytes)
        if entry is None:
            yield "its line is not a canonical one."
            return
        yield from _compare_columns(edition, entry, self.handles)
        if edition.kind == Edition.Kind.REDACTION:
            self.redacted.update(entry.get("redacts", []))
        if edition.content is None:
            self.blank.add(edition.sequence)
        else:
            yield from _compare_content(edition, bytes(edition.content), entry)


def _read_entry(entry_bytes: bytes) -> dict[str, Any] | None:
    try:
        entry: dict[str, Any] = json.loads(entry_bytes)
        return entry if isinstance(entry, dict) and is_canonical(entry_bytes) else None
    except UNREADABLE:
        return None


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
