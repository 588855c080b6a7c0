"""Everything a pledge page says, as one frozen value with exact bytes.

An edition stores these bytes; pages, feeds, exports and differences are all made from
the value that `read` gives back for them. Bytes are stored, hashed and never made again.
"""

import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from types import GenericAlias
from typing import Any, get_args, get_type_hints

from pledges.verifier import exact_bytes

SCHEMA = 2


@dataclass(frozen=True)
class LabelContent:
    """A grouping as it was called when the edition was published."""

    key: int
    slug: str
    name: str


@dataclass(frozen=True)
class RatingContent:
    """A label on the rating scale as it was when the edition was published."""

    key: int
    slug: str
    name: str
    family: str


@dataclass(frozen=True)
class SourceContent:
    """A document that is cited; `key` finds its archived copy and link state."""

    key: int
    title: str
    publisher: str
    url: str
    kind: str
    published_on: str


@dataclass(frozen=True)
class EvidenceContent:
    """One dated thing that happened, with its sources."""

    key: int
    happened_on: str
    title: str
    account: str
    quotation: str
    direction: str
    sources: tuple[SourceContent, ...]


@dataclass(frozen=True)
class VerdictContent:
    """A verdict; `recorded_in` is the number of the pledge's edition that first had it."""

    key: int
    rating: RatingContent
    effective_on: str
    recorded_in: int
    summary: str
    explanation: str
    missing: str
    asked: str
    no_primary_reason: str
    attribution: str
    corrects: int

    def differs_from(self, other: "VerdictContent | None") -> bool:
        """Whether it says something else; the rating's label may have been renamed meanwhile."""
        return other is None or self.rating.key != other.rating.key or self != replace(other, rating=self.rating)


@dataclass(frozen=True)
class ReplyContent:
    """Right of reply: who was asked, when, and what they answered."""

    key: int
    asked_of: str
    asked_on: str
    answer_by: str
    answered_on: str
    answer: str


@dataclass(frozen=True)
class PledgeContent:
    """Everything the pledge page says; verdicts and evidence in order of their dates."""

    schema: int
    headline: str
    quotation: str
    quotation_note: str
    promisor: LabelContent
    made_in: SourceContent
    made_in_locator: str
    made_on: str
    topic: LabelContent
    department: LabelContent
    kind: str
    due_on: str
    background: str
    measure: str
    verdicts: tuple[VerdictContent, ...]
    evidence: tuple[EvidenceContent, ...]
    replies: tuple[ReplyContent, ...]

    @property
    def verdict(self) -> VerdictContent | None:
        """The verdict that stands: the latest that no other verdict corrects; None if not yet rated."""
        corrected = {verdict.corrects for verdict in self.verdicts}
        standing = [verdict for verdict in self.verdicts if verdict.key not in corrected]
        return standing[-1] if standing else None

    @property
    def sources(self) -> tuple[SourceContent, ...]:
        """Every source the page cites, each once."""
        cited = [self.made_in, *(source for evidence in self.evidence for source in evidence.sources)]
        return tuple({source.key: source for source in cited}.values())


def canonical(value: Any) -> bytes:
    """Give the one JSON form of a value made of mappings, lists, strings and integers."""
    _require_exact(value)
    return exact_bytes(value)


def _require_exact(value: Any) -> None:
    if isinstance(value, str):
        if not unicodedata.is_normalized("NFC", value):
            raise ValueError("A text is not in NFC, so its bytes would not be exact.")
    elif isinstance(value, dict | list | tuple):
        parts = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        for part in parts:
            _require_exact(part)
    elif type(value) is not int:
        raise TypeError(f"Only strings and integers have exact bytes, not {value!r}.")


def write(content: PledgeContent) -> bytes:
    """Give the exact bytes that an edition stores."""
    return canonical(asdict(content))


def read(stored: bytes) -> PledgeContent:
    """Read the bytes of an edition of any schema; raises ValueError for an unknown one.

    What an older schema could not say is read as not said, and compares as that: an old edition differs from a new one
    in such a field only once something is said there. Its bytes stay as they are: they are never made again from this.
    """
    raw = json.loads(stored)
    while raw["schema"] in _RAISED:
        raw = _RAISED[raw["schema"]](raw)
    if raw["schema"] != SCHEMA:
        raise ValueError(f"Content of schema {raw['schema']} cannot be read by this release.")
    content: PledgeContent = _build(PledgeContent, raw)
    return content


def _raise_1(raw: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 brought how the newsroom will tell whether a pledge was kept."""
    return {**raw, "schema": 2, "measure": ""}


# Readers of older schemas: each gives what the next one would have said. A new schema adds one and changes none.
_RAISED: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _raise_1}


def standing_rating(stored: bytes) -> tuple[str, str]:
    """Give the slug and effective date of the rating that stands in content bytes; empty texts if there is none."""
    verdicts = json.loads(stored)["verdicts"]
    corrected = {verdict["corrects"] for verdict in verdicts}
    standing = [verdict for verdict in verdicts if verdict["key"] not in corrected]
    return (standing[-1]["rating"]["slug"], standing[-1]["effective_on"]) if standing else ("", "")


def digest(stored: bytes) -> str:
    """Give the SHA-256 of content bytes in hex. It is unsalted and never published."""
    return hashlib.sha256(stored).hexdigest()


@cache
def _parts(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in fields(kind))


def _build(kind: Any, raw: Any) -> Any:
    if kind in {str, int}:
        return raw
    if isinstance(kind, GenericAlias):
        return tuple(_build(get_args(kind)[0], part) for part in raw)
    return kind(*(_build(part, raw[name]) for name, part in _parts(kind)))
