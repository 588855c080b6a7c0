"""How many may have something slow done at the same time, and how many may wait for it."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from tracker.page_cache.answers import close

_FOR_EACH_HIT, _LONGEST_REST = 0.001, 0.1  # seconds between two renders


class Turns:
    """So many at once; of the others some wait, for a while, and the rest hear at once that there is no room.

    Every process has few threads, and whoever waits takes one away from the readers of pages that are ready. Several kinds
    of turns may share a `room`: whoever has a turn or waits for one has a place in it.
    """

    def __init__(
        self, at_once: int, *, waiting: int = 0, patience: float = 0.0, room: BoundedSemaphore | None = None
    ) -> None:
        self.patience = patience  # seconds
        self._turns, self._places = BoundedSemaphore(at_once), BoundedSemaphore(waiting)
        self._room = room or BoundedSemaphore(at_once + waiting)

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Give whether it was one's turn; it ends with the block."""
        is_ours = self.take()
        try:
            yield is_ours
        finally:
            if is_ours:
                self.end()

    def take(self) -> bool:
        """Give whether it is one's turn; if so, it lasts until its `end`."""
        if not self._room.acquire(blocking=False):
            return False
        is_ours = self._turns.acquire(blocking=False) or self._wait()
        if not is_ours:
            self._room.release()
        return is_ours

    def end(self) -> None:
        self._turns.release()
        self._room.release()

    def _wait(self) -> bool:
        if not self._places.acquire(blocking=False):
            return False
        try:
            return self._turns.acquire(timeout=self.patience)
        finally:
            self._places.release()


class Streamed:
    """Parts of an answer that come one by one; the turn that they take ends when the server has passed them on or gives up."""

    def __init__(self, parts: Iterable[bytes], turns: Turns) -> None:
        self._parts, self._turns = parts, turns
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._parts)

    def close(self) -> None:
        if self._is_over:
            return
        self._is_over = True
        try:
            close(self._parts)
        finally:
            self._turns.end()


class Admission:
    """All turns of a process: of its sixteen threads at most fourteen have one, or wait for one.

    What readers ask for shares eight places, so that whatever is asked for much leaves its own to editors' forms: three,
    two for bodies that come slowly, and one for giving back what could not be saved.
    """

    def __init__(self, *, hits: Callable[[], int]) -> None:
        """`hits` gives how many ready pages were given so far."""
        self._hits = hits
        self._next_render_at = 0.0
        self.public = BoundedSemaphore(8)
        self.renders = Turns(1, waiting=6, patience=1.0, room=self.public)
        self.followers = Turns(3, room=self.public)
        self.files = Turns(1, waiting=2, patience=0.5, room=self.public)
        self.streams = Turns(2, room=self.public)
        self.reports = Turns(1, room=self.public)
        self.slow_report = Turns(1)  # of whoever has the turn of reports
        self.forms = Turns(2, waiting=1, patience=1.0)
        self.slow_bodies = Turns(2)
        self.returns = Turns(1)

    @contextmanager
    def render(self) -> Iterator[bool]:
        """Give whether it is one's turn to have a page made.

        The next turn begins later while ready pages are given, which need the processor, too: by as long as this one took, if
        they are many.
        """
        with self.renders.one() as is_ours:
            if not is_ours:
                yield False
                return
            time.sleep(max(0.0, self._next_render_at - time.monotonic()))
            began_at, hits = time.monotonic(), self._hits()
            try:
                yield True
            finally:
                now = time.monotonic()
                self._next_render_at = now + min(now - began_at, _FOR_EACH_HIT * (self._hits() - hits), _LONGEST_REST)

    def streamed(self, parts: Iterable[bytes]) -> Iterable[bytes] | None:
        """Give the parts of an answer, with a turn that they keep if they are still to be made; None without a turn."""
        if not getattr(parts, "streaming", False):
            return parts
        if self.streams.take():
            return Streamed(parts, self.streams)
        close(parts)
        return None
