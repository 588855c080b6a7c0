"""What differs between two texts, word by word, and between two contents, field by field."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from django.utils.translation import gettext as _

from pledges.content import EvidenceContent, PledgeContent, ReplyContent, SourceContent, VerdictContent

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_MOST_WORDS = 6_000  # beyond that a comparison word by word takes seconds, so it goes line by line

Mark = Literal["same", "inserted", "deleted"]


@dataclass(frozen=True)
class Piece:
    """A run of text that stands in both, or only in the new, or only in the old one."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Change:
    """One field that differs; `label` says which, in the words of the site."""

    label: str
    pieces: tuple[Piece, ...]


def compare_texts(old: str, new: str) -> tuple[Piece, ...]:
    """Give the pieces of both texts in reading order; all but the inserted make up the old, all but the deleted the new."""
    before, after = _split(old, new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    pieces: list[Piece] = []
    for operation, start, end, new_start, new_end in matcher.get_opcodes():
        if operation == "equal":
            pieces.append(Piece("same", "".join(before[start:end])))
            continue
        if start < end:
            pieces.append(Piece("deleted", "".join(before[start:end])))
        if new_start < new_end:
            pieces.append(Piece("inserted", "".join(after[new_start:new_end])))
    return tuple(pieces)


def _split(old: str, new: str) -> tuple[Sequence[str], Sequence[str]]:
    before, after = _WORDS.findall(old), _WORDS.findall(new)
    if len(before) + len(after) > _MOST_WORDS:
        return old.splitlines(keepends=True), new.splitlines(keepends=True)
    return before, after


def compare_contents(old: PledgeContent, new: PledgeContent) -> list[Change]:
    """Give what the new content says differently, in the order of the page."""
    before, after = dict(_lines(old)), dict(_lines(new))
    labels = [*after, *(label for label in before if label not in after)]
    return [
        Change(label, compare_texts(before.get(label, ""), after.get(label, "")))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _lines(content: PledgeContent) -> Iterator[tuple[str, str]]:
    """Give every text of the page under a label that finds it again in another content."""
    yield _("Headline"), content.headline
    yield _("Quotation"), content.quotation
    yield _("Wording"), content.quotation_note
    yield _("Promisor"), content.promisor.name
    yield _("Made in"), _source(content.made_in)
    yield _("Where in it"), content.made_in_locator
    yield _("Made on"), content.made_on
    yield _("Topic"), content.topic.name
    yield _("Department"), content.department.name
    yield _("Kind of pledge"), content.kind
    yield _("Due"), content.due_on
    yield _("Background"), content.background
    for verdict in content.verdicts:
        yield from _verdict(verdict)
    for evidence in content.evidence:
        yield from _evidence(evidence)
    for reply in content.replies:
        yield _("Reply %d") % reply.key, _reply(reply)


def _verdict(verdict: VerdictContent) -> Iterator[tuple[str, str]]:
    name = _("Verdict %d") % verdict.key
    yield f"{name}: {_('rating')}", f"{verdict.rating.name}, {verdict.effective_on}"
    yield f"{name}: {_('summary')}", verdict.summary
    yield f"{name}: {_('explanation')}", verdict.explanation
    yield f"{name}: {_('what is missing')}", verdict.missing
    yield f"{name}: {_('who was asked')}", verdict.asked
    yield f"{name}: {_('about the sources')}", verdict.no_primary_reason
    yield f"{name}: {_('whose rating')}", verdict.attribution
    yield f"{name}: {_('corrects verdict')}", str(verdict.corrects or "")


def _evidence(evidence: EvidenceContent) -> Iterator[tuple[str, str]]:
    name = _("Evidence %d") % evidence.key
    yield f"{name}: {_('title')}", evidence.title
    yield f"{name}: {_('date')}", evidence.happened_on
    yield f"{name}: {_('account')}", evidence.account
    yield f"{name}: {_('quotation')}", evidence.quotation
    yield f"{name}: {_('direction')}", evidence.direction
    yield f"{name}: {_('sources')}", "\n".join(map(_source, evidence.sources))


def _source(source: SourceContent) -> str:
    return ", ".join(
        part for part in (source.title, source.publisher, source.published_on, source.kind, source.url) if part
    )


def _reply(reply: ReplyContent) -> str:
    return "\n".join((reply.asked_of, reply.asked_on, reply.answer_by, reply.answered_on, reply.answer))
