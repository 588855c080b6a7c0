"""One JSON line for each answer that had to be made, and one every ten seconds for those that were ready.

A line names no person and nothing that a visitor made up: neither address nor browser, and of the path only what is an
address of this site, without what a letter's secret part is.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Thread
from typing import Any

from django.urls import Resolver404, resolve

SERVED = "tracker.served"  # in the environ: how the page cache came to its answer
PAUSE = 10.0  # seconds

_log = logging.getLogger("tracker.requests")
_SECRETS = {"token", "key", "uidb64"}
_NOT_LOGGED = {"/healthz", "/readyz"}
_UNKNOWN = "(no such page)"

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
    path, parameters = known_path(environ["PATH_INFO"])
    asked = {pair.partition("=")[0] for pair in environ.get("QUERY_STRING", "").split("&")}
    length = headers.get("Content-Length", "")
    return {
        "method": environ["REQUEST_METHOD"] if environ["REQUEST_METHOD"].isalpha() else "?",
        "path": path,
        "parameters": sorted(asked & parameters),
        "status": int(status[:3]),
        "ms": round(1000 * seconds, 1),
        "bytes": int(length) if length.isdigit() else None,
        "served": environ.get(SERVED, "passed on"),
    }


@lru_cache(maxsize=1024)
def known_path(path: str) -> tuple[str, frozenset[str]]:
    """Give a path without the secrets in it, if it is one of ours, and the names of the parameters that its page knows."""
    try:
        match = resolve(path.encode("latin-1").decode())
    except (Resolver404, UnicodeError):
        return (path if path.startswith("/static/") and _is_plain(path) else _UNKNOWN), frozenset()
    shown = path if _is_plain(path) else _UNKNOWN
    for name, value in match.kwargs.items():
        if name in _SECRETS:
            shown = shown.replace(str(value), "…")
    return shown, getattr(match.func, "known_parameters", frozenset())


def _is_plain(path: str) -> bool:
    return path.isascii() and path.isprintable() and "@" not in path
