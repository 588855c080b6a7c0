"""What is to be removed from texts on legal grounds, and what stands in its place."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from pledges.content import canonical
from pledges.text import clean_line, folded

MARK = "[removed]"
SHORTEST = 3  # characters: less would stand everywhere
_ADDRESS = "https://removed.invalid/"  # a host that can never exist (RFC 2606)
_FIXED = {"slug", "kind", "family", "direction"}
# What may stand within words in Markdown and not in what it says: notes, where links lead, and signs.
_MARKS = re.compile(r"\[\^[^][]*\]|\]\((?:[^()]|\([^()]*\))*\)|\]\[[^][]*\]|!?\[|[\\`*_\]<>~|]")
_WORD = re.compile(r"[^\W_]{3,}")
_PICTURE = re.compile(r"/media/([0-9a-f]{32}\.(?:jpg|png))")


class NotRemovableError(ValueError):
    """The text stands where nothing can be removed, in a sentence for people."""


class Removal:
    """Some passages, found whatever white space is between their words and whatever their case, or some whole texts.

    A passage that begins or ends with a letter or digit is found as whole words only. It is found too where marks of Markdown
    stand within it, or other quotes, dashes or letters of the same meaning, but has to be given as it is written there to be removed.
    """

    def __init__(self, passages: Iterable[str] = (), *, whole: Iterable[str] = ()) -> None:
        self.passages = [clean_line(passage) for passage in passages]
        if any(len(folded(passage)) < SHORTEST for passage in self.passages):
            raise NotRemovableError(f"A text to be removed has at least {SHORTEST} characters.")
        self._whole = {*whole}
        self._pattern = _any_of(self.passages, between=r"\s+")
        self._loose_pattern = _any_of(map(folded, self.passages), between=r"[\s+]+")

    def concerns(self, text: str) -> bool:
        return text in self._whole or self.finds(text)

    def finds(self, text: str) -> bool:
        """Whether a passage stands in the text, however it is written."""
        if self._pattern.search(text):
            return True
        # Not the real parser: every text of the database is looked at, some of them while publishers wait.
        readings = (text, _MARKS.sub("", text))  # with where links lead, and as a page shows it
        return any(self._loose_pattern.search(folded(html.unescape(reading))) for reading in readings)

    def without(self, text: str) -> str:
        """Give the text with a mark in place of what is removed."""
        return MARK if text in self._whole else self._pattern.sub(MARK, text)

    def from_field(self, name: str, text: str, key: int) -> str:
        """Give what a field of this name is to hold, in the row or part of a content with this key."""
        if not self.concerns(text):
            return text
        if is_fixed(name):
            raise NotRemovableError(f"The text stands in the field “{name}” of {key}, which cannot be blanked.")
        left = f"{_ADDRESS}{key}" if name.endswith("url") else self.without(text)
        if self.finds(left):
            raise NotRemovableError(
                f"In the field “{name}” of {key} the text is written otherwise, or with marks of Markdown within:"
                " name it as it is written there, too."
            )
        return left

    def from_content(self, stored: bytes) -> bytes:
        """Give the bytes of a content of any schema without what is removed."""
        said = self._from_part("", json.loads(stored), 0)
        return canonical(said)

    def _from_part(self, name: str, part: Any, key: int) -> Any:
        if isinstance(part, str):
            return self.from_field(name, part, key)
        if isinstance(part, list):
            return [self._from_part(name, each, key) for each in part]
        if isinstance(part, dict):
            key = part.get("key", key)
            said = {each: self._from_part(each, value, key) for each, value in part.items()}
            return self._emptied(part, said) if name == "verdicts" else said
        return part

    def _emptied(self, verdict: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
        # The database lets a published verdict lose a text, never get another one.
        return {name: "" if isinstance(part, str) and part != verdict[name] else part for name, part in said.items()}


def _any_of(passages: Iterable[str], *, between: str) -> re.Pattern[str]:
    return re.compile("|".join(_pattern(passage, between) for passage in passages) or "(?!)", re.IGNORECASE)


def _pattern(passage: str, between: str) -> str:
    words = between.join(map(re.escape, passage.split()))
    # An underscore is a mark here, no letter: it stands around what is emphasised.
    before, after = (r"(?<![^\W_])" if passage[0].isalnum() else "", r"(?![^\W_])" if passage[-1].isalnum() else "")
    return f"{before}{words}{after}"


def words_of(text: str) -> set[str]:
    """Give the words of a text that are long enough to tell it from others."""
    return set(_WORD.findall(folded(text)))


def is_removed(address: str) -> bool:
    """Whether an address stands in place of one that was removed."""
    return address.startswith(_ADDRESS)


def is_fixed(name: str) -> bool:
    """Whether a field holds an address, a choice or a date rather than words."""
    return name in _FIXED or name.endswith(("_on", "_by"))


class Removed(NamedTuple):
    """A text before and after something was removed from it, with the name of its field."""

    name: str
    before: str
    after: str


def removed_between(before: bytes, after: bytes) -> list[Removed]:
    """Give the texts of a stored content that the same content without what was removed has otherwise."""
    both = zip(texts_of(before), texts_of(after), strict=True)
    return [Removed(name, old, new) for (name, old), (_same, new) in both if old != new]


def texts_of(stored: bytes) -> Iterator[tuple[str, str]]:
    """Give every text in stored JSON with the name of its field."""
    return _texts("", json.loads(stored))


def _texts(name: str, part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, str):
        yield name, part
    elif isinstance(part, dict):
        for each, value in part.items():
            yield from _texts(each, value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(name, value)


def pictures_in(text: str) -> set[str]:
    """Give the names of the pictures of ours that a text in Markdown, or stored bytes, show."""
    return set(_PICTURE.findall(text))
