"""What may stand in a text of the record: one clean form, and no character a reader cannot see."""

import re
import unicodedata

from django.utils.translation import gettext as _

# A feed with one of these in it is not well-formed, so none is ever stored.
_NOT_IN_XML = re.compile("[^\t\n\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W\d_]+")
# Formats, private use and unassigned: nobody can say what they will look like, or whether they stay in NFC.
_UNSEEN = {"Cf", "Co", "Cn"}
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0")
_LOOKALIKES = {"LATIN", "CYRILLIC", "GREEK"}


def clean(text: str) -> str:
    """Give the text in NFC with plain line ends and without control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _NOT_IN_XML.sub("", text))


def clean_line(text: str) -> str:
    """Give the text as `clean` does, on one line and without spaces at its ends."""
    return _SPACES.sub(" ", clean(text)).strip()


def hidden_marks(text: str) -> list[str]:
    """Name every character that no reader can see, with its position counted from 1."""
    return [
        _("There is a hidden character (%(name)s) at character %(position)d. Please remove it.")
        % {"name": unicodedata.name(mark, f"U+{ord(mark):04X}").lower(), "position": position}
        for position, mark in enumerate(text, start=1)
        if unicodedata.category(mark) in _UNSEEN or mark in _BLANK
    ]


def mixed_words(text: str) -> list[str]:
    """Name every word whose letters come from alphabets that look alike, with its position counted from 1."""
    return [
        _("The word “%(word)s” at character %(position)d mixes alphabets. Please type it again.")
        % {"word": found.group(), "position": found.start() + 1}
        for found in _WORDS.finditer(text)
        if not found.group().isascii() and len(_alphabets(found.group())) > 1
    ]


def _alphabets(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word} & _LOOKALIKES
