"""The cache itself: a WSGI application around Django's."""

import os
import time
from collections.abc import Iterable
from functools import partial
from operator import attrgetter
from threading import Lock

from django.db import connections
from django.utils import timezone

from pledges.actions.journal import PURGE
from tracker.page_cache import bodies
from tracker.page_cache.answers import Answer, Application, Environ, Start, ask, close, give, impersonal
from tracker.page_cache.entries import Entry, is_for_all, tags_of
from tracker.page_cache.files import Files
from tracker.page_cache.flights import Flight, Flights
from tracker.page_cache.freshness import PAGE, fresh_for, without_word
from tracker.page_cache.journal import JournalReader, Moved
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.others import Others
from tracker.page_cache.turns import Admission
from tracker.page_cache.unavailable import BUSY, REFUSAL, SILENT, Counters, Unavailable
from tracker.request_log import SERVED, count, follow

STATE = "tracker.page_cache"  # in the environ: this cache, for /readyz

_WAIT_FOR_LOOK = 1.0
_MOST_RENDERS = 3  # of one page, while publications keep overtaking it
_LARGEST = 2_000_000  # bytes of a page that is kept
_NOT_ON_DISK = "404"  # there is no end of what is not there
_UNAVAILABLE = "503"
_MOST_REFUSALS = 2_000_000  # bytes


class PageCache:
    """Gives readers' pages as ready bytes; everything else passes through to Django.

    An answer is kept only while its process hears from the journal. Of the sixteen threads of a process at most fourteen do,
    or wait for, anything that takes time; the others may wait a second for a page that is being made already.
    """

    def __init__(
        self, application: Application, address: Address, *, pages: Memory, files: Files, last_pages: LastPages
    ) -> None:
        self.counters = Counters()
        self.pages, self.refusals, self.last_pages = pages, Memory(_MOST_REFUSALS), last_pages
        self.journal = JournalReader(self._take_in, known_position=last_pages.read_position)
        self._application, self._address = application, address
        self.turns = Admission(hits=lambda: self.counters.hits)
        self._flights = Flights(self.turns.followers)
        self._unavailable = Unavailable(application, self.counters)
        self._others = Others(application, files, self.turns, self._unavailable)
        self._keeping = Lock()

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        key = self._address.key(environ)
        if key is None:
            self.journal.make_sure_it_runs()
            return follow(self._answer_other, environ, start_response)
        bodies.pass_over(environ)
        if (entry := self.pages.find(key)) and not self.journal.is_silent:
            self.counters.hits += 1
            return give(entry, environ, start_response)
        self.journal.make_sure_it_runs()
        return follow(partial(self._answer_cold, key), environ, start_response)

    def rehearse(self) -> None:
        """Make a page before the process forks, so that what all pages need is made once and shared; leaves no connection.

        Memory that a process of its own would fill, or merely count a use in, is a quarter of what it needs.
        """
        *_answer, parts = ask(self._application, self._address.request("/"))
        close(parts)
        self._others.rehearse(self._address.request("/"))
        for connection in connections.all(initialized_only=True):
            connection.close()
            # PostgreSQL's has threads that no fork takes along.
            if close_pool := getattr(connection, "close_pool", None):
                close_pool()

    def begin(self) -> None:
        """Hear from the journal before the first reader comes, and count from then on."""
        self.journal.make_sure_it_runs()
        count(self.counters)

    def describe(self) -> dict[str, int | float | None]:
        """Say what it holds and has done, for operators."""
        return {
            "process": os.getpid(),
            **vars(self.counters),
            "pages": len(self.pages),
            "bytes": self.pages.bytes + self.refusals.bytes,
            "journal": self.journal.position,
        }

    def _answer_other(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        environ[STATE] = self
        if key := self._address.key(environ | {"HTTP_COOKIE": ""}):
            return self._answer_editor(key, environ, start_response)
        if self.journal.is_silent:
            environ[REFUSAL] = SILENT
        return self._others.answer(self._address.kind(environ), environ, start_response)

    def _answer_editor(self, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Have the page of readers made anew, or give the last good one: its bytes are the same."""
        bodies.pass_over(environ)
        if self.journal.is_silent:
            return self._do_without(SILENT, key, environ, start_response)
        with self.turns.render() as is_ours:
            if not is_ours:
                return self._do_without(BUSY, key, environ, start_response)
            self.counters.renders += 1
            environ[SERVED] = "made"
            status, headers, parts = ask(self._application, environ)
        return self._give_answer(Answer(status, without_word(headers), parts), key, environ, start_response)

    def _answer_cold(self, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if self.journal.is_silent:
            return self._do_without(SILENT, key, environ, start_response)
        environ[SERVED] = "made"
        if entry := self.refusals.find(key):
            environ[SERVED] = "kept"
            return give(entry, environ, start_response)
        flight, is_own = self._flights.join(key)
        if is_own:
            answer = self._fly(flight, key, environ)
        else:
            is_over = flight.wait(unless=lambda: self.journal.is_silent)
            if flight.entry:
                environ[SERVED] = "shared"
                return give(flight.entry, environ, start_response)
            answer = self._render_in_turn(key, environ) if is_over else None
        if answer is None:
            why = SILENT if self.journal.is_silent else BUSY
            return self._do_without(why, key, environ, start_response)
        return self._give_answer(answer, key, environ, start_response)

    def _fly(self, flight: Flight, key: str, environ: Environ) -> Answer | None:
        try:
            answer = self._render_in_turn(key, environ)
            flight.entry = answer.entry if answer else None
        finally:
            self._flights.land(key)
        return answer

    def _render_in_turn(self, key: str, environ: Environ) -> Answer | None:
        """Have Django make a page, unless another process did, when it is this one's turn; None if it did not come."""
        with self.turns.render() as is_ours:
            if not is_ours or self.journal.is_silent:  # it may have fallen silent meanwhile
                return None
            if not self.journal.has_looked:
                self.journal.look_now(_WAIT_FOR_LOOK)
            if (entry := self._from_disk(key)) and entry.expires_at > time.monotonic():
                environ[SERVED] = "kept"
                return Answer(entry.status, entry.headers, [], entry)
            for _ in range(_MOST_RENDERS):
                answer = self._render(key, environ)
                if answer.entry is None or self._keep(key, answer.entry):
                    break
            return answer

    def _keep(self, key: str, entry: Entry) -> bool:
        """Keep an answer unless what it shows has moved since its render began: then part of it may be older than the rest."""
        if not self.journal.look_now(_WAIT_FOR_LOOK):
            return True  # served, not kept: nobody knows
        with self._keeping:
            if self._has_moved(entry):
                return False
            self._put_in_memory(key, entry)
        if not entry.status.startswith(_NOT_ON_DISK):
            self.last_pages.keep(key, entry)
        return True

    def _has_moved(self, entry: Entry) -> bool:
        # What is not there has no tags that say what would bring it: anything may.
        return self.journal.has_moved(entry.position, entry.tags if entry.status.startswith(PAGE) else None)

    def _put_in_memory(self, key: str, entry: Entry) -> None:
        """Keep an answer instead of every older one of its address, which may have been of the other kind."""
        is_page = entry.status.startswith(PAGE)
        memory, other = (self.pages, self.refusals) if is_page else (self.refusals, self.pages)
        other.forget(key)
        memory.keep(key, entry)

    def _render(self, key: str, environ: Environ) -> Answer:
        self.counters.renders += 1
        position, began_at, asked_at = self.journal.position, time.monotonic(), timezone.localtime()
        status, said, parts = ask(self._application, impersonal(environ, key) | {STATE: self})
        lasts = fresh_for(status, said, asked_at=asked_at, max_stale=self.last_pages.max_age)
        headers, tags = without_word(said), tags_of(said)
        if lasts is None or not is_for_all(headers) or (status.startswith(PAGE) and not tags):
            return Answer(status, headers, parts)
        body = b"".join(parts)
        close(parts)
        if len(body) > _LARGEST:
            return Answer(status, headers, [body])
        return Answer(
            status, headers, [body], Entry(status, headers, body, tags | {"site"}, began_at + lasts, position=position)
        )

    def _give_answer(self, answer: Answer, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if answer.entry:
            return give(answer.entry, environ, start_response)
        if entry := self._instead_of(answer, key):
            close(answer.parts)
            return self._give_stale(entry, environ, start_response)
        if environ["REQUEST_METHOD"] == "HEAD":
            close(answer.parts)
            start_response(answer.status, answer.headers)
            return []
        parts = self.turns.streamed(answer.parts)
        if parts is None:
            return self._unavailable.give(BUSY, environ, start_response)
        start_response(answer.status, answer.headers)
        return parts

    def _instead_of(self, answer: Answer, key: str) -> Entry | None:
        """Give the last good page where the database has just gone, or where a page that is still true cannot be made."""
        entry = self._last_good(key) if answer.status >= "500" else None
        is_gone = answer.status.startswith(_UNAVAILABLE)
        return entry if entry and (is_gone or not self._has_moved(entry)) else None

    def _do_without(self, why: str, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer without the database: by the last good page or, if there is none, by saying why not."""
        entry = self._last_good(key)
        if entry and (why == SILENT or not self._has_moved(entry)):
            return self._give_stale(entry, environ, start_response)
        return self._unavailable.give(why, environ, start_response)

    def _last_good(self, key: str) -> Entry | None:
        kept = [entry for memory in (self.pages, self.refusals) if (entry := memory.last(key))]
        newest = max(kept, key=attrgetter("rendered_at"), default=None)
        if newest and self.last_pages.may_show(newest):
            return newest
        return self._from_disk(key) if key else None

    def _from_disk(self, key: str) -> Entry | None:
        entry = self.last_pages.find(key)
        with self._keeping:
            if entry is None or not self.last_pages.may_show(entry):  # still: a purge may have come between
                return None
            if not self.journal.has_looked or self._has_moved(entry):
                entry.expires_at = 0.0
            self._put_in_memory(key, entry)
        return entry

    def _give_stale(self, entry: Entry, environ: Environ, start_response: Start) -> Iterable[bytes]:
        self.counters.stale += 1
        environ[SERVED] = "stale"
        age = str(max(0, int(time.time() - entry.rendered_at)))
        return give(entry, environ, start_response, [("Age", age), ("X-Served", "stale")])

    def _take_in(self, moved: Moved) -> None:
        """Drop what looks different now; called by the thread that reads the journal."""
        is_purge = not moved.tags or any(tag.startswith(PURGE) for tag in moved.tags)
        with self._keeping:
            if is_purge:
                self.last_pages.forbid(moved.number)
            self.refusals.drop_all()
            if moved.tags:
                self.pages.drop(moved.tags)
            else:
                self.pages.drop_all()
        if is_purge:
            self._purge(moved)
        self.last_pages.write_position(moved.number)

    def _purge(self, moved: Moved) -> None:
        self.last_pages.purge(moved.number, starts_over=moved.starts_over)
        for key, entry in self.pages.all():
            # None of them is touched: they may go back, but for those that came from the disk and were not true before.
            if not self._has_moved(entry):
                entry.position = moved.number
                self.last_pages.keep(key, entry)
