"""One render of a page for all who ask for it meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from tracker.page_cache.entries import Entry

_LONGEST_WAIT = 2.0
_ASK_AGAIN = 0.2


@dataclass
class Flight:
    """A render that others wait for; `entry` stays None when it gave nothing that can be shared."""

    done: Event = field(default_factory=Event)
    entry: Entry | None = None

    def wait(self, *, unless: Callable[[], bool]) -> bool:
        """Wait until it is over; False when that took too long or something made it hopeless."""
        ends_at = time.monotonic() + _LONGEST_WAIT
        while not self.done.wait(_ASK_AGAIN) and time.monotonic() < ends_at and not unless():
            pass
        return self.done.is_set()


class Flights:
    def __init__(self) -> None:
        self._by_key: dict[str, Flight] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def join(self, key: str) -> tuple[Flight, bool]:
        """Give the render of a page that is under way, and whether it is one's own to do."""
        flight = Flight()
        shared = self._by_key.setdefault(key, flight)  # one step: no other thread comes between
        return shared, shared is flight

    def land(self, key: str) -> None:
        self._by_key.pop(key).done.set()
