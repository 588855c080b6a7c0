"""One JSON line for each answer that had to be made, and one every ten seconds for those that were ready.

A line names no person and nothing that a visitor made up: neither address nor browser, of methods only known ones, and a
path only if there is such a page, without what a letter's secret part is.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Thread
from typing import Any, NamedTuple

from django.urls import Resolver404, resolve

SERVED = "tracker.served"  # in the environ: how the page cache came to its answer
PAUSE = 10.0  # seconds

_log = logging.getLogger("tracker.requests")
_SECRETS = {"token", "key", "uidb64"}
_NOT_LOGGED = {"/healthz", "/readyz"}
_UNKNOWN = "(no such page)"
_PROOF = {200, 206, 304, 410, 451}  # a page that is, or was, there
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"}

Start = Callable[..., Any]


def follow(
    answer: Callable[[dict[str, Any], Start], Iterable[bytes]], environ: dict[str, Any], start_response: Start
) -> Iterable[bytes]:
    """Have a request answered and write a line about it."""
    if environ["PATH_INFO"] in _NOT_LOGGED or not _log.isEnabledFor(logging.INFO):
        return answer(environ, start_response)
    started = time.perf_counter()
    said: list[Any] = []

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        said[:] = [status, headers]
        return start_response(status, headers, *more)

    parts = answer(environ, start)
    status, headers = said
    _log.info("answered", extra={"fields": _fields(environ, status, dict(headers), time.perf_counter() - started)})
    return parts


def count(counters: Any) -> None:
    """Write a line every so often, from a thread of its own, about what was ready and needs none of its own."""
    Thread(target=_count, args=(counters,), name="request log", daemon=True).start()


def _count(counters: Any) -> None:
    before = counters.hits
    while True:
        time.sleep(PAUSE)
        hits, before = counters.hits - before, counters.hits
        if hits:
            _log.info("ready pages", extra={"fields": {"hits": hits, "seconds": PAUSE}})


def _fields(environ: dict[str, Any], status: str, headers: dict[str, str], seconds: float) -> dict[str, Any]:
    path, parameters = known_path(environ["PATH_INFO"], int(status[:3]))
    asked = {pair.partition("=")[0] for pair in environ.get("QUERY_STRING", "").split("&")}
    length = headers.get("Content-Length", "")
    return {
        "method": environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"] in _METHODS else "?",
        "path": path,
        "parameters": sorted(asked & parameters),
        "status": int(status[:3]),
        "ms": round(1000 * seconds, 1),
        "bytes": int(length) if length.isdigit() else None,
        "served": environ.get(SERVED, "passed on"),
    }


def known_path(path: str, status: int) -> tuple[str, frozenset[str]]:
    """Give the path that was answered, without the secrets in it, and the names of the parameters that its page knows.

    Only an answer that says that the page is there proves that nobody made its path up: else it is the pattern of it.
    """
    page = _page(path)
    return page.path if status in _PROOF else page.route, page.parameters


def route_of(path: str) -> str:
    """Give the pattern of our addresses that a path is of."""
    return _page(path).route


class _Page(NamedTuple):
    path: str
    route: str
    parameters: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def _page(path: str) -> _Page:
    try:
        match = resolve(path.encode("latin-1").decode())
    except (Resolver404, UnicodeError):
        is_file = path.startswith("/static/") and _is_plain(path)
        return _Page(path, "/static/…") if is_file else _Page(_UNKNOWN, _UNKNOWN)
    route = f"/{match.route.removeprefix('^')}"
    shown = path if _is_plain(path) else route
    for name, value in match.kwargs.items():
        if name in _SECRETS:
            shown = shown.replace(str(value), "…")
    return _Page(shown, route, getattr(match.func, "known_parameters", frozenset()))


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and "@" not in path
