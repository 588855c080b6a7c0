"""What a reader typed into the search box, and the public pledges that have it.

Words stand for themselves in any form and are all wanted; words in quotation marks stand in a row; a minus before a word or
a quotation leaves out what has it. A word that falls into several, such as “mid-2026”, is a phrase.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Self

from django.db import connection
from django.db.models import Case, Q, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from pledges.passages import NEAR, NEAREST
from pledges.search_index import Phrase, keys
from pledges.words import tokens

_TERM = re.compile(r'(?P<minus>(?<!\S)[-\u2010\u2011\u2212])?(?:"(?P<quoted>[^"]*)"?|(?P<word>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\uff02", '"'))


@dataclass(frozen=True)
class Query:
    """The phrases, of one token or several, that a pledge must have and must not have."""

    wanted: tuple[Phrase, ...]
    unwanted: tuple[Phrase, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read any text whatever; without a wanted phrase it finds nothing."""
        seen = "".join(sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
        wanted: dict[Phrase, None] = {}
        unwanted: dict[Phrase, None] = {}
        for term in _TERM.finditer(seen.translate(_QUOTES)):
            if phrase := tuple(tokens(term["quoted"] or term["word"] or "")):
                (unwanted if term["minus"] else wanted)[phrase] = None
        return cls(tuple(wanted), tuple(unwanted))


def matching(query: Query) -> Q:
    """Give the condition that a public pledge is found."""
    if not query.wanted:
        return Q(pk__in=[])
    return Q(pk__in=keys(connection.vendor, query.wanted, query.unwanted))


def nearness(query: Query) -> Case:
    """Give, of a pledge that is found, where it has all that is wanted.

    2: in its headline or quotation; 1: with the background and the summaries of verdicts; 0: only with the rest of the page.
    """
    return _nearness(*(Q(pk__in=keys(connection.vendor, _placed(query, prefix), ())) for prefix in (NEAREST, NEAR)))


def nearness_by_text(query: Query) -> Case:
    """Give the same from the search text: sooner said of a few pledges, and later of many."""
    return _nearness(*(_has_all(_placed(query, prefix)) for prefix in (NEAREST, NEAR)))


def _nearness(is_nearest: Q, is_near: Q) -> Case:
    return Case(When(is_nearest, then=2), When(is_near, then=1), default=0)


def _placed(query: Query, prefix: str) -> list[Phrase]:
    return [tuple(f"{prefix}{token}" for token in phrase) for phrase in query.wanted]


def _has_all(phrases: list[Phrase]) -> Q:
    conditions = Q()
    for phrase in phrases:
        conditions &= Q(GreaterThan(StrIndex("search_text__tokens", Value(f" {' '.join(phrase)} ")), 0))
    return conditions
