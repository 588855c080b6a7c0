"""What of a pledge page can be searched: its texts without marks, and the tokens that the databases index."""

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pledges.content import EvidenceContent, PledgeContent, VerdictContent, canonical
from pledges.markdown import plain
from pledges.words import tokens

BREAK = "_"  # stands between two texts, so that no phrase reaches from one into the next
# Before tokens that are repeated because of where they stand: what is asked there comes first.
NEAREST, NEAR = "t_", "s_"
_NEAREST = frozenset({"headline", "quotation"})
_NEAR = _NEAREST | {"background", "summary"}
_MOST_CHARACTERS = 500_000  # PostgreSQL refuses a row whose tokens take up a million


class Passage(NamedTuple):
    """One text of a pledge page; `place` says which."""

    place: str
    text: str


def passages(content: PledgeContent) -> list[Passage]:
    """Give every text of a page that search looks into, in the order of the page."""
    found = [
        Passage("headline", content.headline),
        Passage("quotation", content.quotation),
        Passage("measure", content.measure),
        Passage("background", plain(content.background)),
        *(passage for verdict in content.verdicts for passage in _of_verdict(verdict)),
        *(passage for evidence in content.evidence for passage in _of_evidence(evidence)),
        *(Passage("source", source.title) for source in content.sources),
    ]
    return [passage for passage in found if passage.text]


def _of_verdict(verdict: VerdictContent) -> Iterator[Passage]:
    yield Passage("summary", verdict.summary)
    for text in (plain(verdict.explanation), verdict.missing, verdict.asked, verdict.no_primary_reason):
        yield Passage("verdict", text)


def _of_evidence(evidence: EvidenceContent) -> Iterator[Passage]:
    for text in (evidence.title, plain(evidence.account), evidence.quotation):
        yield Passage("evidence", text)


def index_text(found: Iterable[Passage]) -> str:
    """Give what is indexed: tokens with a space on each side; first those of the nearest places and the near ones, then all."""
    every = [(passage.place, tokens(passage.text)) for passage in found]
    indexed = [
        *(f"{NEAREST}{token}" for token in _with_breaks(of for place, of in every if place in _NEAREST)),
        *(f"{NEAR}{token}" for token in _with_breaks(of for place, of in every if place in _NEAR)),
        *_with_breaks(of for _place, of in every),
    ]
    text = " ".join(indexed)
    if len(text) > _MOST_CHARACTERS:
        text = text[:_MOST_CHARACTERS].rpartition(" ")[0]
    return f" {text} "


def _with_breaks(texts: Iterable[list[str]]) -> Iterator[str]:
    for of_text in texts:
        yield BREAK
        yield from of_text


def write_passages(found: Iterable[Passage]) -> str:
    return canonical([list(passage) for passage in found]).decode()


def read_passages(stored: str) -> list[Passage]:
    return [Passage(*passage) for passage in json.loads(stored)]
