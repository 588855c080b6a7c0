"""The cache itself: a WSGI application around Django's."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import BytesIO
from threading import Event, Lock
from typing import Any

from tracker.page_cache.entries import Entry, Headers, best_encoding, is_known, tags_of
from tracker.page_cache.journal import JournalReader, Moved
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

REFUSAL = "tracker.refusal"  # in the environ: why Django shall answer without its database
STATE = "tracker.page_cache"  # in the environ: this cache, for /readyz
PURGE = "purge:"  # how the tags begin of what no reader may ever see again
BUSY, SILENT = "busy", "silent"

_FRESH_FOR = 3600.0  # seconds until a page is made anew even if nothing moved: the last good one is never older
_FRESH_REFUSAL = 60.0  # of a page that is not there
_WAIT_FOR_TURN = 0.2
_WAIT_FOR_SAME = 2.0
_WAIT_FOR_LOOK = 1.0
_MOST_RENDERS = 3  # of one page, while publications keep overtaking it
_LARGEST = 2_000_000  # bytes of a page that is kept
_HEADERS_KEPT = {"HTTP_HOST", "HTTP_X_FORWARDED_PROTO"}
_KEPT = {"200": _FRESH_FOR, "404": _FRESH_REFUSAL, "410": _FRESH_REFUSAL, "451": _FRESH_REFUSAL}


@dataclass
class Counters:
    hits: int = 0
    renders: int = 0
    stale: int = 0
    refused: int = 0


@dataclass
class Flight:
    """One render that others wait for; `entry` stays None when it gave nothing that can be shared."""

    done: Event = field(default_factory=Event)
    entry: Entry | None = None


@dataclass
class Answer:
    """What Django answered; `parts` are passed on as they come when they are not kept."""

    status: str
    headers: Headers
    parts: Iterable[bytes]
    entry: Entry | None = None


class PageCache:
    """Gives readers' pages as ready bytes; everything else passes through to Django.

    An answer is kept only while its process hears from the journal. Counters are not locked: they may miss one now and then.
    """

    def __init__(
        self, application: Application, address: Address, *, pages: Memory, refusals: Memory, last_pages: LastPages
    ) -> None:
        self.counters = Counters()
        self.pages, self.refusals, self.last_pages = pages, refusals, last_pages
        self.journal = JournalReader(self._take_in, known_position=last_pages.read_position())
        self._application, self._address = application, address
        self._flights: dict[str, Flight] = {}
        self._keeping = Lock()
        self._turn = Lock()

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        key = self._address.key(environ)
        if key is None:
            return self._pass_on(environ, start_response)
        if not key:
            return self._answer_unkept(environ, start_response)
        entry = self.pages.find(key)
        if entry is None:
            return self._answer_cold(key, environ, start_response)
        self.counters.hits += 1
        if self.journal.is_silent:
            self.journal.make_sure_it_runs()
            return self._give_stale(entry, environ, start_response)
        return _give(entry, environ, start_response)

    def describe(self) -> dict[str, int | float | None]:
        """Say what it holds and has done, for operators."""
        return {
            **vars(self.counters),
            "pages": len(self.pages),
            "bytes": self.pages.bytes + self.refusals.bytes,
            "journal": self.journal.position,
        }

    def _pass_on(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        self.journal.make_sure_it_runs()
        environ[STATE] = self
        if self.journal.is_silent:
            environ[REFUSAL] = SILENT
        return self._application(environ, start_response)

    def _answer_unkept(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if self.journal.is_silent or not self._turn.acquire(timeout=_WAIT_FOR_TURN):
            environ[REFUSAL] = SILENT if self.journal.is_silent else BUSY
            return self._pass_on(environ, start_response)
        try:
            return self._pass_on(environ, start_response)
        finally:
            self._turn.release()

    def _answer_cold(self, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        self.journal.make_sure_it_runs()
        if entry := self.refusals.find(key):
            return _give(entry, environ, start_response)
        if self.journal.is_silent:
            return self._do_without(SILENT, key, environ, start_response)
        flight, is_first = self._join(key)
        if not is_first:
            self._wait_for(flight)
            if flight.entry:
                return _give(flight.entry, environ, start_response)
            return self._do_without(SILENT if self.journal.is_silent else BUSY, key, environ, start_response)
        try:
            answer = self._render_in_turn(key, environ)
            flight.entry = answer.entry if answer else None
        finally:
            del self._flights[key]
            flight.done.set()
        if answer is None:
            return self._do_without(BUSY, key, environ, start_response)
        return self._give_answer(answer, key, environ, start_response)

    def _join(self, key: str) -> tuple[Flight, bool]:
        flight = Flight()
        shared = self._flights.setdefault(key, flight)  # one step: no other thread comes between
        return shared, shared is flight

    def _wait_for(self, flight: Flight) -> None:
        ends_at = time.monotonic() + _WAIT_FOR_SAME
        while not flight.done.wait(_WAIT_FOR_TURN) and time.monotonic() < ends_at and not self.journal.is_silent:
            pass

    def _render_in_turn(self, key: str, environ: Environ) -> Answer | None:
        """Have Django make a page when it is this one's turn; None if it did not come."""
        if not self._turn.acquire(timeout=_WAIT_FOR_TURN):
            return None
        try:
            if self.journal.position is None:
                self.journal.look_now(_WAIT_FOR_LOOK)
            for _ in range(_MOST_RENDERS):
                since = self.journal.position
                answer = self._render(key, environ)
                if answer.entry is None or self._keep(key, answer.entry, since):
                    break
            return answer
        finally:
            self._turn.release()

    def _keep(self, key: str, entry: Entry, since: int | None) -> bool:
        """Keep an answer unless what it shows has moved since its render began: then part of it may be older than the rest."""
        if not self.journal.look_now(_WAIT_FOR_LOOK):
            return True  # served, not kept: nobody knows
        with self._keeping:
            if self.journal.has_moved(since, entry.tags):
                return False
            is_page = entry.status.startswith("200")
            (self.pages if is_page else self.refusals).keep(key, entry)
        if is_page and since is not None:
            self.last_pages.keep(key, entry, since)
        return True

    def _render(self, key: str, environ: Environ) -> Answer:
        self.counters.renders += 1
        said: list[Any] = []

        def start(status: str, headers: Headers, _exc_info: Any = None) -> Callable[[bytes], None]:
            said[:] = [status, headers]
            return _refuse_to_write

        parts = self._application(_impersonal(environ, key) | {STATE: self}, start)
        status, headers = said
        fresh_for, tags = _KEPT.get(status[:3], 0.0), tags_of(headers)
        if not fresh_for or (status[:3] == "200" and not tags):
            return Answer(status, headers, parts)
        body = b"".join(parts)
        _close(parts)
        if len(body) > _LARGEST:
            return Answer(status, headers, [body])
        expires_at = time.monotonic() + fresh_for
        tags |= {"site"} if status[:3] == "200" else {"site", "lists"}
        return Answer(status, headers, [body], Entry(status, headers, body, tags, expires_at))

    def _give_answer(self, answer: Answer, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if answer.entry:
            return _give(answer.entry, environ, start_response)
        if answer.status >= "500" and (entry := self.last_pages.find(key)):
            _close(answer.parts)
            return self._give_stale(entry, environ, start_response)
        start_response(answer.status, answer.headers)
        if environ["REQUEST_METHOD"] == "HEAD":
            _close(answer.parts)
            return []
        return answer.parts

    def _do_without(self, why: str, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer without the database: by the last good page or, if there is none, by saying why not."""
        if entry := self.last_pages.find(key):
            return self._give_stale(entry, environ, start_response)
        self.counters.refused += 1
        environ[REFUSAL] = why
        return self._application(environ, start_response)

    def _give_stale(self, entry: Entry, environ: Environ, start_response: Start) -> Iterable[bytes]:
        self.counters.stale += 1
        age = str(max(0, int(time.time() - entry.rendered_at)))
        return _give(entry, environ, start_response, [("Age", age), ("X-Served", "stale")])

    def _take_in(self, moved: Moved) -> None:
        """Drop what looks different now; called by the thread that reads the journal."""
        with self._keeping:
            for memory in (self.pages, self.refusals):
                if moved.tags:
                    memory.drop(moved.tags)
                else:
                    memory.drop_all()
        if not moved.tags or any(tag.startswith(PURGE) for tag in moved.tags):
            self.last_pages.purge(moved.number)
        self.last_pages.write_position(moved.number)


def _impersonal(environ: Environ, key: str) -> Environ:
    """Give the request for a page with nothing in it of the person who happened to ask first."""
    path, _, query = key.partition("?")
    kept = {name: value for name, value in environ.items() if not name.startswith("HTTP_") or name in _HEADERS_KEPT}
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": query, "REMOTE_ADDR": ""}
    return kept | asked | {"wsgi.input": BytesIO(), "CONTENT_LENGTH": "", "CONTENT_TYPE": ""}


def _give(entry: Entry, environ: Environ, start_response: Start, more: Headers | None = None) -> Iterable[bytes]:
    reply = entry.reply(best_encoding(environ.get("HTTP_ACCEPT_ENCODING", "")))
    if_none_match = environ.get("HTTP_IF_NONE_MATCH")
    if if_none_match and is_known(reply.etag, if_none_match) and reply.status.startswith("200"):
        start_response("304 Not Modified", reply.not_modified + more if more else reply.not_modified)
        return []
    start_response(reply.status, reply.headers + more if more else reply.headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [reply.body]


def _close(parts: Iterable[bytes]) -> None:
    close = getattr(parts, "close", None)
    if close:
        close()


def _refuse_to_write(_part: bytes) -> None:
    raise NotImplementedError("Django gives its answers whole or in parts, never by write().")
