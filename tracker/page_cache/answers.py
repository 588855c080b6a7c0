"""Asking Django as a stranger would, and handing an answer to the server."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from tracker.page_cache.entries import Entry, Headers, Reply, best_encoding, is_known

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

_HEADERS_KEPT = {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}


@dataclass
class Answer:
    """What Django answered; `parts` are passed on as they come when they are not kept."""

    status: str
    headers: Headers
    parts: Iterable[bytes]
    entry: Entry | None = None


def ask(application: Application, environ: Environ) -> tuple[str, Headers, Iterable[bytes]]:
    """Give status, headers and parts of what the application answers."""
    said: list[Any] = []

    def start(status: str, headers: Headers, _exc_info: Any = None) -> Callable[[bytes], None]:
        said[:] = [status, headers]
        return _refuse_to_write

    parts = application(environ, start)
    status, headers = said
    return status, headers, parts


def impersonal(environ: Environ, key: str) -> Environ:
    """Give the request for a page with nothing in it of the person who happened to ask first."""
    path, _, query = key.partition("?")
    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_") or name in _HEADERS_KEPT}
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": ""}
    return kept | asked | {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "", "CONTENT_TYPE": ""}


def give(entry: Entry, environ: Environ, start_response: Start, more: Headers | None = None) -> Iterable[bytes]:
    return hand_over(entry.reply(best_encoding(environ.get("HTTP_ACCEPT_ENCODING", ""))), environ, start_response, more)


def hand_over(reply: Reply, environ: Environ, start_response: Start, more: Headers | None = None) -> Iterable[bytes]:
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match and is_known(reply.etag, if_none_match) and reply.status.startswith("200"):
        start_response("304 Not Modified", reply.not_modified + more if more else reply.not_modified)
        return []
    start_response(reply.status, reply.headers + more if more else reply.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]


def close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close:
        close()


def _refuse_to_write(_part: bytes) -> None:
    raise NotImplementedError("Django gives its answers whole or in parts, never by write().")
