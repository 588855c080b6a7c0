"""Words as search takes them: case, accents, apostrophes and endings do not count, and the commonest words not at all.

Text and query are folded here, by the same functions, so that the databases have nothing to do but find equal tokens. A token
is made of a–z, 0–9 and “_” only: no database's own idea of a letter decides what is found.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import snowballstemmer

LONGEST_TOKEN = 60  # characters

_APOSTROPHES = "'’‘\u02bc\uff07"
_LETTER = r"(?:[^\W_]|[\u0300-\u036f])"
_WORD = re.compile(
    rf"(?<!\w)[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|{_LETTER}+(?:[{_APOSTROPHES}]{_LETTER}+)*"  # 1,500 is one word
)
_PART = re.compile(r"[^\W_]+")
_ENDING = re.compile(r"'(?:s|d|m|ll|re|ve)$")
_UNFOLDED = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"})
_UNIFIED = str.maketrans({**dict.fromkeys(_APOSTROPHES, "'"), ",": None})

# What hardly tells one pledge from another, or only turns a search into a question.
_COMMON = """
    a about after all also am an and any are as at be because been before being both but by can could did do does doing
    for from had has have having he her here hers him his how i if in into is it its itself just may me might more most
    must my of on or other our ours out own said say says shall she should so some such than that the their theirs them
    then there these they this those to too up upon us very was we were what when where whether which while who whom
    whose why will with would you your yours
"""
STOP_WORDS = frozenset(_COMMON.split())


class Word(NamedTuple):
    """A word where it stands in a text, and the tokens it amounts to: one, as a rule; none if it does not count."""

    start: int
    end: int
    tokens: tuple[str, ...]


def words(text: str) -> Iterator[Word]:
    """Give the words of a text in order."""
    for found in _WORD.finditer(text):
        yield Word(found.start(), found.end(), _tokens_of(found.group()))


def tokens(text: str) -> list[str]:
    """Give the tokens of a text in order."""
    return [token for word in words(text) for token in word.tokens]


@lru_cache(maxsize=50_000)
def _tokens_of(word: str) -> tuple[str, ...]:
    folded = _ENDING.sub("", _fold(word)).replace("'", "")
    return tuple(_token(part) for part in _PART.findall(folded) if part not in STOP_WORDS)


def _fold(word: str) -> str:
    """Give a word without case and accents; letters that Unicode does not take apart are taken apart here."""
    apart = unicodedata.normalize("NFKD", word.translate(_UNIFIED)).casefold()
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(letter))
    return bare.translate(_UNFOLDED)


def _token(part: str) -> str:
    if not part.isascii():
        return f"u_{part.encode().hex()}"[:LONGEST_TOKEN]
    # A stemmer remembers the word it is at, and requests are answered by threads: each word has its own.
    return str(snowballstemmer.stemmer("english").stemWord(part))[:LONGEST_TOKEN]
