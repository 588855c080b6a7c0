"""What may stand in a text of the record: one clean form, and no character a reader cannot see."""

import re
import unicodedata
from itertools import islice

from django.utils.translation import gettext as _

# A feed with one of these in it is not well-formed, so none is ever stored.
_NOT_IN_XML = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W\d_]+")
# Formats, private use and unassigned: nobody can say what they will look like, or whether they stay in NFC.
_UNSEEN = {"Cf", "Co", "Cn"}
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_MOST_NAMED = 10  # sentences
_LOOKALIKES = {"LATIN", "CYRILLIC", "GREEK"}


def clean(text: str) -> str:
    """Give the text in NFC with plain line ends and without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _NOT_IN_XML.sub("", text))


def clean_line(text: str) -> str:
    """Give the text as `clean` does, on one line and without spaces at its ends."""
    return _SPACES.sub(" ", clean(text)).strip()


def in_one_case(name: str) -> str:
    """Give the one spelling of a name that may be typed in any capitals, as Unicode compares identifiers."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def hidden_marks(text: str) -> list[str]:
    """Name the characters that no reader can see, with their positions counted from 1: the first few of many."""
    found = (
        _("There is a hidden character (%(name)s) at character %(position)d. Please remove it.")
        % {"name": unicodedata.name(mark, f"U+{ord(mark):04X}").lower(), "position": position}
        for position, mark in enumerate(text, start=1)
        if unicodedata.category(mark) in _UNSEEN or mark in _BLANK
    )
    return list(islice(found, _MOST_NAMED))


def mixed_words(text: str) -> list[str]:
    """Name the words whose letters come from alphabets that look alike, as `hidden_marks` does."""
    found = (
        _("The word “%(word)s” at character %(position)d mixes alphabets. Please type it again.")
        % {"word": word.group(), "position": word.start() + 1}
        for word in _WORDS.finditer(text)
        if not word.group().isascii() and len(_alphabets(word.group())) > 1
    )
    return list(islice(found, _MOST_NAMED))


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word} & _LOOKALIKES
