"""What is to be removed from texts on legal grounds, and what stands in its place."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from pledges.content import canonical
from pledges.text import clean_line

MARK = "[removed]"
SHORTEST = 3  # characters: less would stand everywhere
_ADDRESS = "https://removed.invalid/"  # a host that can never exist (RFC 2606)
_FIXED = {"slug", "kind", "family", "direction"}
_PICTURE = re.compile(r"/media/([0-9a-f]{32}\.(?:jpg|png))")


class NotRemovableError(ValueError):
    """The text stands where nothing can be removed, in a sentence for people."""


class Removal:
    """Some passages, found whatever white space is between their words and whatever their case, or some whole texts."""

    def __init__(self, passages: Iterable[str] = (), *, whole: Iterable[str] = ()) -> None:
        self.passages = [clean_line(passage) for passage in passages]
        if any(len(passage) < SHORTEST for passage in self.passages):
            raise NotRemovableError(f"A text to be removed has at least {SHORTEST} characters.")
        self._whole = {*whole}
        words = (r"\s+".join(map(re.escape, passage.split())) for passage in self.passages)
        self._pattern = re.compile("|".join(words) or "(?!)", re.IGNORECASE)

    def concerns(self, text: str) -> bool:
        return text in self._whole or bool(self._pattern.search(text))

    def without(self, text: str) -> str:
        """Give the text with a mark in place of what is removed."""
        return MARK if text in self._whole else self._pattern.sub(MARK, text)

    def from_field(self, name: str, text: str, key: int) -> str:
        """Give what a field of this name is to hold, in the row or part of a content with this key."""
        if not self.concerns(text):
            return text
        if is_fixed(name):
            raise NotRemovableError(f"The text stands in the field “{name}” of {key}, which cannot be blanked.")
        return f"{_ADDRESS}{key}" if name.endswith("url") else self.without(text)

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


def is_fixed(name: str) -> bool:
    """Whether a field holds an address, a choice or a date rather than words."""
    return name in _FIXED or name.endswith(("_on", "_by"))


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
