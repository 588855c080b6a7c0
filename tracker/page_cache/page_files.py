"""One last good page as the bytes of a file: the digest of the rest, a line of JSON, then the body in brotli."""

import hashlib
import json
import os
import re
import stat
import time
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]

from tracker.page_cache.entries import Entry

_DIGEST = 32  # bytes
_STATUS = re.compile(r"[1-5][0-9]{2} [ -~]{1,100}", re.ASCII)
_LONGEST = 86_400.0  # seconds that no page is fresh for
_NAME, _VALUE = re.compile(r"[A-Za-z0-9-]+", re.ASCII), re.compile(r"[ -~\x80-\xff]*", re.ASCII)


class DamagedError(Exception):
    """What lies there is no page that was written whole."""


def pack(key: str, entry: Entry, *, server: str) -> bytes:
    kept = {name: getattr(entry, name) for name in ("status", "headers", "rendered_at", "position", "expires_at")}
    head = json.dumps({"key": key, "tags": sorted(entry.tags), "server": server, **kept})
    return sealed(head.encode() + b"\n" + entry.reply("br").body)


def sealed(content: bytes) -> bytes:
    """Put the digest before it: neither JSON nor brotli tells of a bit that the disk has turned."""
    return hashlib.sha256(content).digest() + content


def unpack(sealed_content: bytes, *, server: str) -> tuple[str, Entry]:
    """Give the address and the answer, which can count as fresh only if this server made it; raises DamagedError."""
    content = sealed_content[_DIGEST:]
    if sealed(content) != sealed_content:
        raise DamagedError
    head, _, body = content.partition(b"\n")
    try:
        kept = json.loads(head)
        return kept["key"], _entry(kept, body, is_ours=kept["server"] == server)
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, brotli.error) as error:
        raise DamagedError from error


def read(file: Path) -> bytes:
    """Give what a file holds; raises OSError at once for anything else that lies there, as a pipe that nobody fills."""
    opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    with os.fdopen(opened, "rb") as content:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError
        return content.read()


def _entry(kept: dict[str, Any], packed: bytes, *, is_ours: bool) -> Entry:
    if not (
        _STATUS.fullmatch(kept["status"])
        and all(_NAME.fullmatch(name) and _VALUE.fullmatch(value) for name, value in kept["headers"])
        and all(isinstance(tag, str) for tag in kept["tags"])
        and type(kept["position"]) is int
        and type(kept["expires_at"]) is float
    ):
        raise DamagedError
    return Entry(
        status=kept["status"],
        headers=[(name, value) for name, value in kept["headers"]],
        body=brotli.decompress(packed),
        packed=packed,
        tags=frozenset(kept["tags"]),
        # All processes of a server go by one monotonic clock.
        expires_at=kept["expires_at"] if is_ours and kept["expires_at"] < time.monotonic() + _LONGEST else 0.0,
        rendered_at=float(kept["rendered_at"]),
        position=kept["position"],
    )
