"""Where in a pledge's texts a search found something: cut to a line, with what was found marked."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pledges.passages import BREAK, Passage, Phrase
from pledges.words import words

LONGEST = 220  # characters
_BEFORE = 60  # of them, at the most, before the first that was found

Span = tuple[int, int]

_BETWEEN = re.compile(rf"(?<= ){BREAK}(?= )")


class Piece(NamedTuple):
    """A run of text that was found, or that stands between; not escaped."""

    text: str
    is_found: bool


@dataclass(frozen=True)
class Snippet:
    """A line of the text in which most was found; `place` says which text it is from."""

    place: str
    pieces: tuple[Piece, ...]


def snippet(found: Sequence[Passage], running_text: str, phrases: Sequence[Phrase]) -> Snippet | None:
    """Cut a line from one of the texts, the headline aside; None when only that has what was searched for."""
    # The running text has each text's tokens in the same order, so only one text is read word by word.
    wanted = [f" {' '.join(phrase)} " for phrase in phrases]
    scores = [sum(phrase in of_text for phrase in wanted) for of_text in _BETWEEN.split(running_text)[1:]]
    beside = [(score, passage) for score, passage in zip(scores, found, strict=False) if passage.place != "headline"]
    score, best = max(beside, key=lambda scored: scored[0], default=(0, None))
    return Snippet(best.place, _cut(best.text, spans(best.text, phrases))) if score and best else None


def mark(text: str, phrases: Iterable[Phrase]) -> tuple[Piece, ...]:
    """Give a whole text in pieces."""
    return _pieces(text, spans(text, phrases), 0, len(text))


def spans(text: str, phrases: Iterable[Phrase]) -> list[Span]:
    """Give where in a text the words of the phrases stand, in order."""
    places = [(token, (word.start, word.end)) for word in words(text) for token in word.tokens]
    in_order = [token for token, _span in places]
    by_first: dict[str, list[Phrase]] = defaultdict(list)
    for phrase in phrases:
        by_first[phrase[0]].append(phrase)
    found = {
        span
        for start, token in enumerate(in_order)
        for phrase in by_first.get(token, ())
        if tuple(in_order[start : start + len(phrase)]) == phrase
        for _token, span in places[start : start + len(phrase)]
    }
    return _joined(sorted(found))


def _joined(found: list[Span]) -> list[Span]:
    """Give the spans with those made one that touch, as signs of a script without spaces do."""
    joined: list[Span] = []
    for start, end in found:
        if joined and joined[-1][1] == start:
            start, _end = joined.pop()  # noqa: PLW2901
        joined.append((start, end))
    return joined


def _cut(text: str, found: list[Span]) -> tuple[Piece, ...]:
    first, last = found[0] if found else (0, 0)
    start = text.find(" ", first - _BEFORE, first) + 1 or first if first > _BEFORE else 0
    end = len(text) if len(text) - start <= LONGEST else max(text.rfind(" ", start, start + LONGEST), last)
    pieces = _pieces(text, [span for span in found if span[1] <= end], start, end)
    before = [Piece("… ", is_found=False)] if start else []
    after = [Piece(" …", is_found=False)] if end < len(text) else []
    return (*before, *pieces, *after)


def _pieces(text: str, found: list[Span], start: int, end: int) -> tuple[Piece, ...]:
    pieces, at = [], start
    for first, last in found:
        pieces += [Piece(text[at:first], is_found=False), Piece(text[first:last], is_found=True)]
        at = last
    pieces.append(Piece(text[at:end], is_found=False))
    return tuple(piece for piece in pieces if piece.text)
