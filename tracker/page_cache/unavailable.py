"""Saying that there is no answer just now, and counting how often."""

from collections.abc import Iterable
from dataclasses import dataclass

from tracker.page_cache.answers import Application, Environ, Start, ask, close, give, impersonal
from tracker.page_cache.entries import Entry
from tracker.request_log import SERVED

REFUSAL = "tracker.refusal"  # in the environ: why Django shall answer without its database
BUSY, SILENT = "busy", "silent"


@dataclass
class Counters:
    """What a process has done. They are not locked: they may miss one now and then."""

    hits: int = 0
    renders: int = 0
    stale: int = 0
    refused: int = 0


class Unavailable:
    """Says it in words that were made once: many may have to hear them."""

    def __init__(self, application: Application, counters: Counters) -> None:
        self.counters = counters
        self._application = application
        self._by_reason: dict[str, Entry] = {}

    def give(self, why: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        self.note(why, environ)
        if why not in self._by_reason:
            status, headers, parts = ask(self._application, impersonal(environ, "/") | {REFUSAL: why})
            self._by_reason[why] = Entry(status, headers, b"".join(parts), frozenset(), 0.0)
            close(parts)
        return give(self._by_reason[why], environ, start_response)

    def note(self, why: str, environ: Environ) -> None:
        """Count a refusal, and have the log say why."""
        self.counters.refused += 1
        environ[SERVED] = f"refused: {why}"
