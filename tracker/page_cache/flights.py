"""One render of a page for all who ask for it meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from tracker.page_cache.entries import Entry
from tracker.page_cache.turns import Turns

SOON = 0.1  # seconds: most pages are made in a tenth of that
_LONGEST_WAIT = 2.0
_ASK_AGAIN = 0.2


@dataclass
class Flight:
    """A render that others wait for; `entry` stays None when it gave nothing that can be shared.

    Whoever comes may wait until it is nearly done for certain: `soon` seconds from the moment when its turn came. Longer, or
    for its turn, wait only those for whom there is a place.
    """

    places: Turns
    soon: float
    done: Event = field(default_factory=Event)
    entry: Entry | None = None
    began_at: float | None = None

    def wait(self, *, unless: Callable[[], bool]) -> bool:
        """Wait until it is over; False when that took too long, when something made it hopeless or there was no place."""
        if self.done.wait(self._soon_over_in()):
            return True
        with self.places.one() as has_place:
            return has_place and self._wait_long(unless)

    def _soon_over_in(self) -> float:
        return max(0.0, self.began_at + self.soon - time.monotonic()) if self.began_at else 0.0

    def _wait_long(self, unless: Callable[[], bool]) -> bool:
        ends_at = time.monotonic() + _LONGEST_WAIT
        while not self.done.wait(_ASK_AGAIN) and time.monotonic() < ends_at and not unless():
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

    def begin(self, key: str) -> None:
        """Say that its turn has come."""
        if flight := self._by_key.get(key):
            flight.began_at = time.monotonic()

    def land(self, key: str) -> None:
        self._by_key.pop(key).done.set()
