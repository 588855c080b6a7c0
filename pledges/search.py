"""What a reader typed into the search box, and what is looked up for it.

Words stand for themselves in any form and are all wanted; words in quotation marks stand in a row; a minus before a word or
a quotation leaves out what has it. A word that falls into several, such as “mid-2026”, is a phrase.

A phrase is looked up as its pairs: of two words it is exact, of more every two neighbours stand in a row somewhere on the page.
What is in no text of a pledge may be in the name of its topic, department, promisor or rating.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Self

from pledges.passages import NEAR, NEAREST, Phrase, term
from pledges.search_index import AnyOf, Asked
from pledges.words import Word, tokens, words

_TERM = re.compile(
    r'(?P<minus>(?<!\S)[-\u2010\u2011\u2013\u2212\ufe63\uff0d])?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))'
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))


class Term(NamedTuple):
    """One word or quotation as it was typed, and the phrases that it is looked up as."""

    typed: str
    phrases: tuple[Phrase, ...]

    @property
    def said(self) -> str:
        return self.typed.strip('"')


@dataclass(frozen=True)
class Query:
    """What a pledge must have, and of what it must not have all that is in a term."""

    terms: tuple[Term, ...]
    unwanted: tuple[Term, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any text whatever; without a wanted term it finds nothing."""
        seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
        read = cls._read(seen)
        # “who” alone can only mean the WHO.
        return read if read.terms else replace(read, terms=cls._read(seen.upper()).terms)

    @classmethod
    def _read(cls, text: str) -> Self:
        wanted: dict[tuple[Phrase, ...], Term] = {}
        unwanted: dict[tuple[Phrase, ...], Term] = {}
        in_order = list(words(text))
        for found in _TERM.finditer(text.translate(_QUOTES)):
            within = [word for word in in_order if found.start() <= word.start < found.end() and word.tokens]
            if within:
                one = _term(text, within, is_quoted=found["word"] is None)
                (unwanted if found["minus"] else wanted).setdefault(one.phrases, one)
        return cls(tuple(wanted.values()), tuple(unwanted.values()))

    def __str__(self) -> str:
        """Give a text that asks for the same."""
        return " ".join([*(one.typed for one in self.terms), *(f"-{one.typed}" for one in self.unwanted)])

    @property
    def wanted(self) -> tuple[Phrase, ...]:
        """The phrases that a pledge must have, each once."""
        return tuple(dict.fromkeys(phrase for one in self.terms for phrase in one.phrases))

    def without(self, terms: Collection[Term]) -> Self:
        return replace(self, terms=tuple(one for one in self.terms if one not in terms))

    def leaving_nothing_out(self) -> Self:
        return replace(self, unwanted=())

    def only(self, one: Term) -> Self:
        return replace(self, terms=(one,), unwanted=())

    def within(self, narrowed: Asked, names: Mapping[Phrase, Sequence[str]]) -> Asked:
        """Give what is looked up for it among the search texts that something else was asked of.

        `names` are the labels that have a phrase in their name, by the terms that stand for them.
        """
        return replace(
            narrowed,
            wanted=[*_looked_up(self.wanted, names), *narrowed.wanted],
            unwanted=[*(_looked_up(one.phrases, names) for one in self.unwanted), *narrowed.unwanted],
        )

    def by_nearness(self, narrowed: Asked, names: Mapping[Phrase, Sequence[str]]) -> dict[int, Asked]:
        """Give the same in three, by where a pledge has all that is wanted, the nearest first.

        2: in its headline or quotation; 1: with the background and the summaries of verdicts; 0: only with the rest of the page.
        """
        every = self.within(narrowed, names)
        nearest, near = ([(f"{prefix}{term(phrase)}",) for phrase in self.wanted] for prefix in (NEAREST, NEAR))
        return {
            2: replace(every, wanted=[*nearest, *narrowed.wanted]),
            1: replace(every, wanted=[*near, *narrowed.wanted], unwanted=[*every.unwanted, nearest]),
            0: replace(every, unwanted=[*every.unwanted, near]),
        }


def _term(text: str, within: Sequence[Word], *, is_quoted: bool) -> Term:
    typed = text[within[0].start : within[-1].end]
    of_phrase = [token for word in within for token in word.tokens]
    if tokens(typed) != of_phrase:
        typed = typed.upper()  # “May” is a name where it stands, but alone only in capitals
    phrases = tuple(pairwise(of_phrase)) if len(of_phrase) > 1 else ((of_phrase[0],),)
    return Term(f'"{typed}"' if is_quoted else typed, phrases)


def _looked_up(phrases: Sequence[Phrase], names: Mapping[Phrase, Sequence[str]]) -> list[AnyOf]:
    return [(term(phrase), *names.get(phrase, ())) for phrase in phrases]
