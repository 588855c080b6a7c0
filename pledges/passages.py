"""What of a pledge page can be searched: its texts without marks, and the terms that the databases index."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from pledges.content import EvidenceContent, PledgeContent, VerdictContent, canonical
from pledges.markdown import plain
from pledges.words import tokens

BREAK = "_"  # stands between two texts, so that no phrase reaches from one into the next
# Before terms that are repeated because of where they stand: what is asked there comes first.
NEAREST, NEAR = "t_", "s_"
LABEL = "l_"  # before the name of a label; no word that can be typed has an underscore
_NEAREST = frozenset({"headline", "quotation"})
_NEAR = _NEAREST | {"background", "summary"}
ANY_DAY = "day"
_DAY_BITS = date.max.toordinal().bit_length()
_MOST_CHARACTERS = 500_000  # PostgreSQL refuses a row whose terms take up a million

Phrase = tuple[str, ...]  # of one token, or of two that stand in a row


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


def tokens_of(found: Iterable[Passage]) -> list[list[str]]:
    """Give the tokens of each text."""
    return [tokens(passage.text) for passage in found]


def running_text(of_texts: Iterable[list[str]]) -> str:
    """Give what of the texts stands where: tokens with a space on each side."""
    return f" {' '.join(token for of_text in of_texts for token in (BREAK, *of_text))} "


def term_text(found: Iterable[Passage], of_texts: Iterable[list[str]], labels: Iterable[str]) -> str:
    """Give what is indexed: each term once, with a space on each side; again for the near places and the nearest."""
    every = [(passage.place, _terms(of_text)) for passage, of_text in zip(found, of_texts, strict=True)]
    terms = [
        *labels,
        *(f"{NEAREST}{term}" for place, of_text in every if place in _NEAREST for term in of_text),
        *(f"{NEAR}{term}" for place, of_text in every if place in _NEAR for term in of_text),
        *(term for _place, of_text in every for term in of_text),
    ]
    text = " ".join(dict.fromkeys(terms))
    if len(text) > _MOST_CHARACTERS:
        text = text[:_MOST_CHARACTERS].rpartition(" ")[0]
    return f" {text} "


def _terms(of_text: list[str]) -> list[str]:
    return [*of_text, *map(term, pairwise(of_text))]


def term(phrase: Phrase) -> str:
    """Give the term of a phrase: no token has two underscores."""
    return "__".join(phrase)


def label_term(name: str, value: object) -> str:
    """Give the term of a label: so a search is narrowed in the index that finds it."""
    return f"{LABEL}{name}_{value}"


def day_terms(name: str, day: date) -> Iterator[str]:
    """Give the terms of a day: one that it has any, and those of the spans of 1, 2, 4 … days that it lies in."""
    yield label_term(name, ANY_DAY)
    yield from span_terms(name, day.toordinal(), _DAY_BITS)


def span_terms(name: str, number: int, bits: int) -> Iterator[str]:
    """Give the terms of the spans of 1, 2, 4 … numbers that a number of so many bits lies in."""
    return (label_term(f"{name}_{bit}", number >> bit) for bit in range(bits))


def terms_since(name: str, day: date) -> tuple[str, ...]:
    """Give terms of which every day from this one on has one, and no day before it: some dozen spans until the end of time."""
    eve = day.toordinal() - 1
    return tuple(label_term(f"{name}_{bit}", (eve >> bit) + 1) for bit in range(_DAY_BITS) if not eve >> bit & 1)


def write_passages(found: Iterable[Passage]) -> str:
    return canonical([list(passage) for passage in found]).decode()


def read_passages(stored: str) -> list[Passage]:
    return [Passage(*passage) for passage in json.loads(stored)]
