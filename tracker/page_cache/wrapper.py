"""The cache itself: a WSGI application around Django's."""

import os
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from threading import Lock

from django.db import connections
from django.utils import timezone

from pledges.actions.journal import PURGE
from tracker.page_cache import bodies
from tracker.page_cache.answers import Answer, Application, Environ, Start, ask, close, give, impersonal
from tracker.page_cache.entries import Entry, is_for_all, tags_of
from tracker.page_cache.files import Files
from tracker.page_cache.flights import Flight, Flights
from tracker.page_cache.journal import JournalReader, Moved
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.others import Others
from tracker.page_cache.turns import Admission
from tracker.page_cache.unavailable import BUSY, REFUSAL, SILENT, Counters, Unavailable
from tracker.request_log import SERVED, count, follow

STATE = "tracker.page_cache"  # in the environ: this cache, for /readyz

_FRESH_FOR = 3600.0  # seconds until a page is made anew even if nothing moved: the last good one is never older
_FRESH_REFUSAL = 60.0  # of a page that is not there, or elsewhere
_WAIT_FOR_LOOK = 1.0
_MOST_RENDERS = 3  # of one page, while publications keep overtaking it
_LARGEST = 2_000_000  # bytes of a page that is kept
_PAGE = "200"
_KEPT = {_PAGE: _FRESH_FOR, **dict.fromkeys(("301", "302", "404", "410", "451"), _FRESH_REFUSAL)}
_UNAVAILABLE = "503"
_MOST_REFUSALS = 2_000_000  # bytes


class PageCache:
    """Gives readers' pages as ready bytes; everything else passes through to Django.

    An answer is kept only while its process hears from the journal. Of the sixteen threads of a process at most thirteen do,
    or wait for, anything that takes time; the others may wait a tenth of a second for the one page that is being made.
    """

    def __init__(
        self, application: Application, address: Address, *, pages: Memory, files: Files, last_pages: LastPages
    ) -> None:
        self.counters = Counters()
        self.pages, self.refusals, self.last_pages = pages, Memory(_MOST_REFUSALS), last_pages
        self.journal = JournalReader(self._take_in, known_position=last_pages.read_position)
        self._application, self._address = application, address
        self.turns = Admission()
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
            if close_pool := getattr(
                connection, "close_pool", None
            ):  # PostgreSQL's, with threads that no fork takes along
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
        if self.journal.is_silent:
            environ[REFUSAL] = SILENT
        return self._others.answer(self._address.kind(environ), environ, start_response)

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
        """Have Django make a page when it is this one's turn; None if it did not come."""
        with self.turns.renders.one() as is_ours:
            if not is_ours:
                return None
            self._flights.begin(key)
            if self.journal.position is None:
                self.journal.look_now(_WAIT_FOR_LOOK)
            for _ in range(_MOST_RENDERS):
                answer = self._render(key, environ)
                if answer.entry is None or self._keep(key, answer.entry):
                    break
            return answer

    def _keep(self, key: str, entry: Entry) -> bool:
        """Keep an answer unless what it shows has moved since its render began: then part of it may be older than the rest."""
        if not self.journal.look_now(_WAIT_FOR_LOOK):
            return True  # served, not kept: nobody knows
        is_page = entry.status.startswith(_PAGE)
        with self._keeping:
            # What is not there has no tags that say what would bring it: anything may.
            if self.journal.has_moved(entry.position, entry.tags if is_page else None):
                return False
            (self.pages if is_page else self.refusals).keep(key, entry)
        if is_page:
            self.last_pages.keep(key, entry)
        return True

    def _render(self, key: str, environ: Environ) -> Answer:
        self.counters.renders += 1
        position, began_at = self.journal.position, time.monotonic()
        day_ends_in = _seconds_to_midnight(timezone.localtime())
        status, headers, parts = ask(self._application, impersonal(environ, key) | {STATE: self})
        fresh_for, tags, is_page = _KEPT.get(status[:3], 0.0), tags_of(headers), status.startswith(_PAGE)
        if not fresh_for or not is_for_all(headers) or (is_page and not tags):
            return Answer(status, headers, parts)
        body = b"".join(parts)
        close(parts)
        if len(body) > _LARGEST:
            return Answer(status, headers, [body])
        expires_at = began_at + min(fresh_for, day_ends_in)  # what is overdue changes at midnight
        return Answer(
            status, headers, [body], Entry(status, headers, body, tags | {"site"}, expires_at, position=position)
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
        return entry if entry and (is_gone or self._is_still_true(entry)) else None

    def _do_without(self, why: str, key: str, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer without the database: by the last good page or, if there is none, by saying why not."""
        entry = self._last_good(key)
        if entry and (why == SILENT or self._is_still_true(entry)):
            return self._give_stale(entry, environ, start_response)
        return self._unavailable.give(why, environ, start_response)

    def _last_good(self, key: str) -> Entry | None:
        if entry := self.pages.last(key):
            return entry if self.last_pages.may_show(entry) else None
        if entry := self.last_pages.find(key):
            with self._keeping:
                if self.last_pages.may_show(entry):  # still: a purge may have come between
                    self.pages.keep(key, entry)
        return entry

    def _is_still_true(self, entry: Entry) -> bool:
        """Whether a page is the last good one only because there was no time to make it again."""
        return not self.journal.has_moved(entry.position, entry.tags)

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
            self.last_pages.purge(moved.number)
            for key, entry in self.pages.all():  # none of them is touched: they may go back
                entry.position = moved.number
                self.last_pages.keep(key, entry)
        self.last_pages.write_position(moved.number)


def _seconds_to_midnight(now: datetime) -> float:
    midnight = datetime.combine(now.date() + timedelta(days=1), datetime.min.time(), now.tzinfo)
    return midnight.timestamp() - now.timestamp()
