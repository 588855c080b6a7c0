"""What readers now see differently, read from the journal by a thread of its own in every process."""

import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import takewhile
from threading import Condition, Event, Thread
from typing import NamedTuple

from django.db import Error, connection

from pledges.models import Generation, Journal

PAUSE = 0.5  # seconds between two looks
SILENT_AFTER = 1.5  # seconds without an answer from the database until it counts as gone


class Moved(NamedTuple):
    """Everything with these tags looks different since this number; without tags nobody knows what does.

    The numbers start over where they went back: a database that was put back has another history.
    """

    number: int
    tags: frozenset[str]
    starts_over: bool = False


class JournalReader:
    """Follows the journal; `on_change` is called, in the thread that reads, before a new position is shown.

    `position` is the number up to which everything was taken in; None before the first answer of the database.
    `known_position` is asked for it when the thread begins: not before, as a fork may come late.
    """

    def __init__(
        self, on_change: Callable[[Moved], None], *, known_position: Callable[[], int | None] = lambda: None
    ) -> None:
        self.position: int | None = None
        self._on_change, self._known_position = on_change, known_position
        self._recent: deque[Moved] = deque(maxlen=Journal.MOST_READ)
        self._answered_at = time.monotonic()
        self._looked_from: float | None = None
        self._wake = Event()
        self._news = Condition()
        self._thread: Thread | None = None

    def make_sure_it_runs(self) -> None:
        """Start the thread where none lives: in a new process, which a fork gives no threads, or after a mishap."""
        if self._thread is None or not self._thread.is_alive():
            with self._news:
                if self._thread is None or not self._thread.is_alive():
                    if self._thread is None:
                        self.position = self._known_position()
                    self._answered_at = time.monotonic()
                    self._wake.set()  # the first look is at once
                    self._thread = Thread(target=self._run, name="journal", daemon=True)
                    self._thread.start()

    @property
    def has_looked(self) -> bool:
        """Whether this process knows from the database, and not from the process before alone, what has moved."""
        return self._looked_from is not None

    @property
    def is_silent(self) -> bool:
        """Whether the database has not answered for a while."""
        return time.monotonic() - self._answered_at > SILENT_AFTER

    def look_now(self, patience: float) -> bool:
        """Wait for a look at the journal that begins after this call; False if there was none in so many seconds."""
        asked_at = time.monotonic()
        with self._news:
            self._wake.set()
            return self._news.wait_for(lambda: (self._looked_from or 0.0) >= asked_at, timeout=patience)

    def has_moved(self, since: int | None, tags: frozenset[str] | None) -> bool:
        """Whether anything with one of these tags looks different since a position; None stands for anything at all."""
        position, recent = self.position, list(self._recent)
        if since is None or position is None:
            return True
        known = max(position, recent[-1].number if recent else 0)  # news may just be being taken in
        if since > known:
            return True
        newer = list(takewhile(lambda moved: moved.number > since, reversed(recent)))
        if tags is None or len(newer) < known - since:
            return since < known
        return any(not moved.tags or not moved.tags.isdisjoint(tags) for moved in newer)

    def _run(self) -> None:
        while True:
            self._wake.wait(PAUSE)
            self._wake.clear()
            began_at = time.monotonic()
            try:
                self._look()
            except Error:
                with suppress(Exception):
                    connection.close()
                time.sleep(PAUSE / 5)  # somebody may be asking without a pause
                continue
            with self._news:
                self._answered_at, self._looked_from = time.monotonic(), began_at
                self._news.notify_all()

    def _look(self) -> None:
        number = Generation.objects.values_list("number", flat=True).get()
        if not self._recent:
            self._recall()
        for moved in self._moves_until(number):
            self._tell(moved)
        self.position = number

    def _recall(self) -> None:
        """Learn what had moved up to the position that was known at the start: pages made before it may still be true."""
        if self.position:
            self._recent.extend(_read(after=self.position - Journal.MOST_READ, until=self.position))

    def _tell(self, moved: Moved) -> None:
        if moved.starts_over:
            self._recent.clear()  # of another history
        # Known before it is acted on: who keeps a page after the drop must find that it moved.
        self._recent.append(moved)
        self._on_change(moved)

    def _moves_until(self, number: int) -> Iterable[Moved]:
        if self.position == number:
            return []
        everything = [Moved(number, frozenset(), starts_over=number < (self.position or 0))]
        if self.position is None or not 0 < number - self.position <= Journal.MOST_READ:
            return everything  # the first look, a database that was put back, or too much at once
        moves = _read(after=self.position, until=number)
        return moves if len(moves) == number - self.position else everything


def _read(*, after: int, until: int) -> list[Moved]:
    rows = Journal.objects.filter(number__gt=after, number__lte=until).order_by("number").values_list("number", "tags")
    return [Moved(number, frozenset(tags.split("\n")) - {""}) for number, tags in rows]
