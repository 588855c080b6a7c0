"""One render of a page for all who ask for it meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from tracker.page_cache.entries import Entry
from tracker.page_cache.turns import Turns

SOON = 1.0  # seconds: most pages are made in a hundredth of that
_LONGEST_WAIT = 2.0
_ASK_AGAIN = 0.2


@dataclass
class Flight:
    """A render that others wait for; `entry` stays None when it gave nothing that can be shared.

    Whoever comes may wait for `soon` seconds: when a page that all read has moved, all ask for it at once, and it is there in
    a moment. Longer wait only those for whom there is a place.
    """

    places: Turns
    soon: float
    done: Event = field(default_factory=Event)
    entry: Entry | None = None

    def wait(self, *, unless: Callable[[], bool]) -> bool:
        """Wait until it is over; False when that took too long, when something made it hopeless or there was no place."""
        if self._wait(self.soon, unless):
            return True
        with self.places.one() as has_place:
            return has_place and self._wait(_LONGEST_WAIT - self.soon, unless)

    def _wait(self, seconds: float, unless: Callable[[], bool]) -> bool:
        ends_at = time.monotonic() + seconds
        while not self.done.wait(min(_ASK_AGAIN, seconds)) and time.monotonic() < ends_at and not unless():
            pass
        return self.done.is_set()


class Flights:
    def __init__(self, places: Turns, *, soon: float = SOON) -> None:
        self.soon = soon
        self._places = places
        self._by_key: dict[str, Flight] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    def join(self, key: str) -> tuple[Flight, bool]:
        """Give the render of a page that is under way, and whether it is one's own to do."""
        flight = Flight(self._places, self.soon)
        shared = self._by_key.setdefault(key, flight)  # one step: no other thread comes between
        return shared, shared is flight

    def land(self, key: str) -> None:
        self._by_key.pop(key).done.set()
