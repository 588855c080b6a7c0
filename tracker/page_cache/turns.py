"""How many may have something slow done at the same time, and how many may wait for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore


class Turns:
    """So many at once; of the others some wait, for a while, and the rest hear at once that there is no room.

    Every process has few threads, and whoever waits takes one away from the readers of pages that are ready.
    """

    def __init__(self, at_once: int, *, waiting: int, patience: float) -> None:
        self._turns, self._places = BoundedSemaphore(at_once), BoundedSemaphore(waiting)
        self._patience = patience

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Give whether it was one's turn; it ends with the block."""
        is_ours = self._turns.acquire(blocking=False) or self._wait()
        try:
            yield is_ours
        finally:
            if is_ours:
                self._turns.release()

    def _wait(self) -> bool:
        if not self._places.acquire(blocking=False):
            return False
        try:
            return self._turns.acquire(timeout=self._patience)
        finally:
            self._places.release()
