"""One answer, made once and given many times."""

import gzip
import hashlib
import time
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from functools import lru_cache
from typing import NamedTuple

import brotli  # type: ignore[import-untyped]

Headers = list[tuple[str, str]]

BROTLI_QUALITY = 5  # eleven takes forty times as long for a tenth less
_GZIP_LEVEL = 6
_OVERHEAD = 2_000  # bytes that an entry takes beside its bodies, roughly
_MADE_HERE = {"content-length", "etag", "vary", "content-encoding"}


class Reply(NamedTuple):
    """What is handed to the server: nothing is worked out any more."""

    status: str
    headers: Headers
    body: bytes
    etag: str
    not_modified: Headers


@dataclass
class Entry:
    """An answer of Django's with the tags of what it shows; `expires_at` is on the monotonic clock.

    Its body is kept in brotli, which nearly every browser asks for and which takes a fifth of the room.
    `position` is that of the journal when Django began to make it; None if nobody knew. `packed` is the body in brotli, if it
    is at hand: to pack it takes longer than all else.
    """

    status: str
    headers: Headers
    body: InitVar[bytes]
    tags: frozenset[str]
    expires_at: float
    rendered_at: float = field(default_factory=time.time)
    position: int | None = None
    packed: InitVar[bytes] = b""
    _packed: bytes = field(init=False)
    _digest: str = field(init=False)
    _replies: dict[str, Reply] = field(init=False, default_factory=dict)

    def __post_init__(self, body: bytes, packed: bytes) -> None:
        self._packed, self._digest = packed or _brotli(body), hashlib.sha256(body).hexdigest()[:20]
        self.headers = [*map(_shared, self.headers)]

    @property
    def plain(self) -> bytes:
        unpacked: bytes = brotli.decompress(self._packed)
        return unpacked

    def reply(self, encoding: str) -> Reply:
        """Give the answer in one encoding, kept from the first call on if it is packed."""
        return self._replies.get(encoding) or self._make(encoding)

    @property
    def size(self) -> int:
        """Bytes that it takes, with what other encodings take that may be asked for, roughly."""
        return _OVERHEAD + 3 * len(self._packed)

    def _make(self, encoding: str) -> Reply:
        body = self._packed if encoding == "br" else _ENCODERS[encoding](self.plain)
        etag = f'"{self._digest}{"-" if encoding else ""}{encoding}"'
        kept = [header for header in self.headers if header[0].lower() not in _MADE_HERE]
        always: Headers = [*kept, ("ETag", etag), ("Vary", "Accept-Encoding")]
        encoded = [("Content-Encoding", encoding)] if encoding else []
        headers = [*always, *encoded, ("Content-Length", str(len(body)))]
        # Without a type: an answer without a body has none.
        not_modified = [header for header in always if header[0].lower() != "content-type"]
        reply = Reply(self.status, headers, body, etag, not_modified)
        if encoding:  # hardly anybody asks for the plain one, which takes the most room
            self._replies[encoding] = reply
        return reply


@lru_cache(maxsize=512)
def _shared(header: tuple[str, str]) -> tuple[str, str]:
    """Give one and the same for equal headers: most are those of every page."""
    return header


def _plain(body: bytes) -> bytes:
    return body


def _brotli(body: bytes) -> bytes:
    packed: bytes = brotli.compress(body, quality=BROTLI_QUALITY)
    return packed


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, _GZIP_LEVEL, mtime=0)


_ENCODERS = {"gzip": _gzip, "": _plain}


@lru_cache(maxsize=512)
def best_encoding(accepted: str) -> str:
    """Give the best of our encodings that an Accept-Encoding header allows; an empty text is the plain one."""
    weights = dict(map(_weight, accepted.lower().split(",")))
    anything = weights.get("*", 0.0)
    return next((name for name in ("br", "gzip") if weights.get(name, anything) > 0), "")


def _weight(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";")
    try:
        return name.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return name.strip(), 0.0


def is_known(etag: str, if_none_match: str) -> bool:
    """Whether a browser has these bytes already, by the weak comparison of RFC 9110."""
    return if_none_match.strip() == "*" or etag in (
        part.strip().removeprefix("W/") for part in if_none_match.split(",")
    )


def is_for_all(headers: Iterable[tuple[str, str]]) -> bool:
    """Whether an answer may be given to others than the one who asked."""
    values = {name.lower(): value.lower() for name, value in headers}
    control = values.get("cache-control", "")
    is_private = "set-cookie" in values or "private" in control or "no-store" in control
    return not is_private and values.get("vary", "") in {"", "accept-encoding"}


def tags_of(headers: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Give the tags of what an answer shows."""
    return frozenset(tag for name, value in headers if name.lower() == "surrogate-key" for tag in value.split())
