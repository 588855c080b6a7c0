"""Words as search takes them: case, accents, apostrophes and endings do not count, and the commonest words not at all.

Text and query are folded here, by the same functions, so that the databases have nothing to do but find equal tokens. A token
is made of a–z, 0–9 and “_” only: no database's own idea of a letter decides what is found.

Spellings that a rule can tell are one: U.K. and UK, 1,500bn and 1500 bn, e-mail and email, organize and organise. Those that
take a dictionary stay two: 10m and ten million, labour and labor, NHS and its full name, windfarm and wind farm. So do scripts
that put no space between words, but for the Chinese and Japanese ones, of which each sign is a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

import snowballstemmer

LONGEST_TOKEN = 60  # characters

_APOSTROPHES = "'’‘`´‛′\u02b9\u02bb\u02bc\uff07"  # noqa: RUF001 (all that stands for one where it was typed or set)
_HYPHENS = "\\-\u2010\u2011"
# What stands on the letter before it, or is not seen: neither ends a word.
_MARKS = "\uff9e\uff9f" + "".join(
    sign
    for sign in map(chr, chain(range(0xAD, 0x1F000), range(0xE0000, 0xE01F0)))
    if unicodedata.category(sign) in {"Mn", "Mc", "Me", "Cf"}
)
_IDEOGRAPHS = (
    "\u2e80-\u2fdf\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9d\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_LETTERS = rf"(?:[^\W_{_IDEOGRAPHS}]++[{_MARKS}]*+)"
_WORD = re.compile(
    rf"[{_IDEOGRAPHS}][{_MARKS}]*+"
    rf"|(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9]){_LETTERS}*+"  # 1,500bn is one word
    rf"|(?<!\w)(?<!\w\.)[^\W\d_](?:\.[^\W\d_])+(?!\w)\.?"  # and U.K.
    rf"|(?<!\w)(?<!\w[{_HYPHENS}])(?i:co|e|re)[{_HYPHENS}](?=[^\W\d_]{{2}}){_LETTERS}++"  # and e-mail
    rf"|{_LETTERS}++)(?:[{_APOSTROPHES}]{_LETTERS}++)*"
)
_PART = re.compile(rf"[0-9]++|(?:[^\W_]|[{_MARKS}])++")  # 10bn is what 10 bn is
_ENDING = re.compile(r"(?i)'(?:s|d|m|ll|re|ve)$|(?<=[0-9])s$")  # of the 1980s, too
_UNIFIED = str.maketrans({**dict.fromkeys(_APOSTROPHES, "'"), **dict.fromkeys(",.-\u2010\u2011")})
_BRITISH = re.compile(r"(?<=[a-z]{3})([iy])z(?=e(?!n)|ing|ation|able)")  # but size, prize and citizen

# Letters that Unicode does not take apart: most say in their name which they are.
_NAMED_AFTER = re.compile(r"LATIN SMALL LETTER (?:DOTLESS )?([A-Z])(?: WITH .+)?")
_UNFOLDED = {"ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ŋ": "n", "ə": "e", "\u0640": ""}
_UNSEEN = frozenset("\u034f\u180b\u180c\u180d").union(map(chr, chain(range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))))
# By their combining class, marks of European and Semitic letters. Vowels of Indian letters are marks, too, but make words.
_DROPPED = frozenset([1, *range(10, 37), *range(200, 241)])

# What hardly tells one pledge from another, or only turns a search into a question.
_COMMON = """
    a about actually after all also am an and any anything are as at be because been before being both but by can could did
    do does doing ever for from had happen happened happening happens has have having he her here hers him his how i if in
    into is it its itself just may me might more most must my of on or other our ours out own pledge pledged pledges promise
    promised promises really said say says shall she should so some something still such than that the their theirs them
    then there these they this those to too up upon us very was we were what when where whether which while who whom whose
    why will with would yet you your yours
"""
STOP_WORDS = frozenset(_COMMON.split())
# Common in small letters only: in capitals, and of two of them within a sentence or before a number, they are names.
_NAMES = frozenset({"US", "WHO", "IT", "MAY", "WILL"})
_NAME_WITHIN = re.compile(r"(?<=[\w,;]\s)(?:May|Will)\b|May(?=\s[0-9])")


class Word(NamedTuple):
    """A word where it stands in a text, and the tokens it amounts to: one, as a rule; none if it does not count."""

    start: int
    end: int
    tokens: tuple[str, ...]


def words(text: str) -> Iterator[Word]:
    """Give the words of a text in order."""
    for found in _WORD.finditer(text):
        yield Word(found.start(), found.end(), _tokens_of(found.group()) or _tokens_of_name(found))


def tokens(text: str) -> list[str]:
    """Give the tokens of a text in order."""
    return [token for word in words(text) for token in word.tokens]


@lru_cache(maxsize=50_000)
def _tokens_of(word: str) -> tuple[str, ...]:
    folded = _ENDING.sub("", _fold(word)).replace("'", "")
    return tuple(_token(part) for part in _PART.findall(folded) if part not in STOP_WORDS)


def _tokens_of_name(found: re.Match[str]) -> tuple[str, ...]:
    """Give what a common word amounts to where it stands as a name."""
    written = found.group()
    bare = _ENDING.sub("", written.translate(_UNIFIED))
    bare = bare.upper() if "." in written else bare
    is_name = bare in _NAMES or _NAME_WITHIN.match(found.string, found.start())
    return (bare.lower(),) if is_name else ()


def _fold(word: str) -> str:
    """Give a word without case and accents."""
    apart = unicodedata.normalize("NFKD", word.translate(_UNIFIED)).casefold()
    bare = "".join(map(_bare, unicodedata.normalize("NFKD", apart)))
    return unicodedata.normalize("NFC", bare)


def _bare(sign: str) -> str:
    if sign.isascii():
        return sign
    is_dropped = unicodedata.combining(sign) in _DROPPED or unicodedata.category(sign) in {"Me", "Cf"}
    if is_dropped or sign in _UNSEEN:
        return ""
    named_after = _NAMED_AFTER.fullmatch(unicodedata.name(sign, ""))
    return named_after[1].lower() if named_after else _UNFOLDED.get(sign, sign)


def _token(part: str) -> str:
    if part.isascii():
        # A stemmer remembers the word it is at, and requests are answered by threads: each word has its own.
        stem = snowballstemmer.stemmer("english").stemWord(_BRITISH.sub(r"\1s", part))
        return str(stem)[:LONGEST_TOKEN]
    written = part.encode()
    most = LONGEST_TOKEN // 2 - 1
    return f"u_{(written if len(written) <= most else blake2b(written, digest_size=most).digest()).hex()}"
