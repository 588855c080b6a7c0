"""The answers that are true now, bounded by bytes: the one asked for longest ago goes first."""

import time
from collections import OrderedDict
from collections.abc import Set
from threading import Lock

from tracker.page_cache.entries import Entry


class Memory:
    def __init__(self, most_bytes: int) -> None:
        self.bytes = 0
        self._most_bytes = most_bytes
        self._entries: OrderedDict[str, tuple[Entry, int]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: str) -> Entry | None:
        """Give the answer that is kept for an address, unless its time is over. Takes no lock: readers ask all the time."""
        found = self._entries.get(key)
        if found is None or found[0].expires_at < time.monotonic():
            return None
        try:
            self._entries.move_to_end(key)
        except KeyError:  # another thread has dropped it meanwhile
            return None
        return found[0]

    def last(self, key: str) -> Entry | None:
        """Give the answer that is kept even if its time is over."""
        return self._entries.get(key, (None, 0))[0]

    def all(self) -> list[tuple[str, Entry]]:
        """Give every answer with its address, the one asked for last first."""
        with self._lock:
            return [(key, self._entries[key][0]) for key in self.asked()]

    def asked(self) -> list[str]:
        """Give every address, the one asked for last first."""
        return list(reversed(list(self._entries)))

    def keep(self, key: str, entry: Entry) -> None:
        size = entry.size
        if size > self._most_bytes // 4:
            return
        with self._lock:
            self._forget(key)
            self._entries[key] = (entry, size)
            self.bytes += size
            while self.bytes > self._most_bytes:
                _key, (_entry, size) = self._entries.popitem(last=False)
                self.bytes -= size

    def forget(self, key: str) -> None:
        with self._lock:
            self._forget(key)

    def drop(self, tags: Set[str]) -> None:
        """Forget every answer that shows something with one of these tags."""
        with self._lock:
            # Readers move entries all the while: only a copy made in one step can be gone through.
            for key in list(self._entries):
                if not tags.isdisjoint(self._entries[key][0].tags):
                    self._forget(key)

    def drop_all(self) -> None:
        with self._lock:
            self._entries.clear()
            self.bytes = 0

    def _forget(self, key: str) -> None:
        _entry, size = self._entries.pop(key, (None, 0))
        self.bytes -= size
