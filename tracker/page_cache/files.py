"""Static files and pictures as ready bytes, each in the encodings that were asked for."""

import hashlib
import time
from collections.abc import Callable, Iterable

from tracker.page_cache.entries import Headers, Reply

_STATIC = "/static/"
_PICTURE_FRESH_FOR = 0.5  # seconds: it may be taken away, and then must be gone within one
_MOST_BYTES = 16_000_000
_REPLACED = {"etag", "content-length"}


class Files:
    """`static` are the paths of all static files; where there are none, as in development, Django finds them.

    `has_picture` says whether there is a picture at a path.
    """

    def __init__(self, *, static: Iterable[str] = (), has_picture: Callable[[str], bool]) -> None:
        self.static = frozenset(static)
        self._has_picture = has_picture
        self._replies: dict[tuple[str, str], tuple[Reply, float]] = {}
        self._bytes = 0

    def find(self, path: str, encoding: str) -> Reply | None:
        reply, fresh_until = self._replies.get((path, encoding), (None, 0.0))
        return reply if fresh_until > time.monotonic() else None

    def is_missing(self, path: str) -> bool:
        """Whether there is certainly no such file; asks nothing that takes time."""
        if path.startswith(_STATIC):
            return bool(self.static) and path not in self.static
        return not self._has_picture(path)

    def keep(self, path: str, encoding: str, headers: Headers, body: bytes) -> Reply:
        """Keep what Django answered; gives it as it goes out."""
        reply = _reply(headers, body)
        is_for_ever = path in self.static
        if self._bytes > _MOST_BYTES:
            self._forget_pictures()
        self._replies[path, encoding] = (reply, float("inf") if is_for_ever else time.monotonic() + _PICTURE_FRESH_FOR)
        self._bytes += len(body)
        return reply

    def _forget_pictures(self) -> None:
        self._replies = {key: kept for key, kept in list(self._replies.items()) if key[0] in self.static}
        self._bytes = sum(len(reply.body) for reply, _ in self._replies.values())


def _reply(headers: Headers, body: bytes) -> Reply:
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    always = [header for header in headers if header[0].lower() not in _REPLACED]
    always.append(("ETag", etag))
    not_modified = [header for header in always if header[0].lower() != "content-type"]
    return Reply("200 OK", [*always, ("Content-Length", str(len(body)))], body, etag, not_modified)
