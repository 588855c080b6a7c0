"""What a reader typed into the search box, and what is looked up for it.

Words stand for themselves in any form and are all wanted; words in quotation marks stand in a row; a minus before a word or
a quotation leaves out what has it. A word that falls into several, such as “mid-2026”, is a phrase.

A phrase is looked up as its pairs: of two words it is exact, of more every two neighbours stand in a row somewhere on the page.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Self

from pledges.passages import NEAR, NEAREST, term
from pledges.search_index import Asked
from pledges.words import tokens

Phrase = tuple[str, ...]  # of one token, or of two that stand in a row

_TERM = re.compile(r'(?P<minus>(?<!\S)[-\u2010\u2011\u2212])?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))


@dataclass(frozen=True)
class Query:
    """The phrases that a pledge must have, and those of which it must not have all of a group."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[tuple[Phrase, ...], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any text whatever; without a wanted phrase it finds nothing."""
        seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
        wanted: dict[Phrase, None] = {}
        unwanted: dict[tuple[Phrase, ...], None] = {}
        for found in _TERM.finditer(seen.translate(_QUOTES)):
            phrases = _pairs(tokens(found["quoted"] or found["word"] or ""))
            if found["minus"] and phrases:
                unwanted[phrases] = None
            else:
                wanted |= dict.fromkeys(phrases)
        return cls(tuple(wanted), tuple(unwanted))

    def within(self, narrowed: Asked) -> Asked:
        """Give what is looked up for it among the search texts that something else was asked of."""
        return replace(
            narrowed,
            wanted=[*_terms(self.wanted), *narrowed.wanted],
            unwanted=[*map(_terms, self.unwanted), *narrowed.unwanted],
        )

    def by_nearness(self, narrowed: Asked) -> dict[int, Asked]:
        """Give the same in three, by where a pledge has all that is wanted, the nearest first.

        2: in its headline or quotation; 1: with the background and the summaries of verdicts; 0: only with the rest of the page.
        """
        every = self.within(narrowed)
        nearest, near = (_terms(self.wanted, prefix) for prefix in (NEAREST, NEAR))
        return {
            2: replace(every, wanted=[*nearest, *narrowed.wanted]),
            1: replace(every, wanted=[*near, *narrowed.wanted], unwanted=[*every.unwanted, nearest]),
            0: replace(every, unwanted=[*every.unwanted, near]),
        }


def _pairs(of_phrase: Sequence[str]) -> tuple[Phrase, ...]:
    return tuple(pairwise(of_phrase)) if len(of_phrase) > 1 else tuple((token,) for token in of_phrase)


def _terms(phrases: Sequence[Phrase], prefix: str = "") -> list[str]:
    return [f"{prefix}{term(phrase)}" for phrase in phrases]
