"""The last good answer of every page, in a folder, for the time when the database does not answer.

Nothing here may ever make a page fail: a folder that is full, gone or cannot be written to is the same as none.
"""

import hashlib
import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from queue import Full, Queue
from threading import Lock, Thread

import brotli  # type: ignore[import-untyped]

from pledges import last_purge
from tracker.page_cache.entries import Entry

_MOST_WAITING = 2_000
_LOOK_EVERY = 500  # pages written between two looks at how much there is
_POSITION = "position"


class LastPages:
    """One file a page, named by the hash of its address: a line of JSON, then the body in brotli.

    `release` keeps apart what different versions of the site have made: their pages ask for other style sheets.
    """

    def __init__(self, folder: Path, *, release: str, max_age: float, most_bytes: int) -> None:
        self._root, self._folder = folder, folder / release
        self._max_age, self._most_bytes = max_age, most_bytes
        self._waiting: Queue[tuple[str, Entry]] = Queue(_MOST_WAITING)
        self._lock = Lock()
        self._purged = 0
        self._thread: Thread | None = None
        self._starting = Lock()

    def keep(self, key: str, entry: Entry) -> None:
        """Have an answer written, in a thread of its own."""
        with self._starting:
            if self._thread is None or not self._thread.is_alive():  # a fork takes no threads along
                self._thread = Thread(target=self._write_all, name="last pages", daemon=True)
                self._thread.start()
        with suppress(Full):
            self._waiting.put_nowait((key, entry))

    def find(self, key: str) -> Entry | None:
        """Give the last good answer of a page, unless it is too old or purged; it counts as fresh no more."""
        try:
            head, _, body = self._file(key).read_bytes().partition(b"\n")
            kept = json.loads(head)
            entry = Entry(
                status=kept["status"],
                headers=[(name, value) for name, value in kept["headers"]],
                body=brotli.decompress(body),
                tags=frozenset(kept["tags"]),
                expires_at=0,
                rendered_at=kept["rendered_at"],
                position=kept["position"],
            )
            return entry if kept["key"] == key and self.may_show(entry) else None
        except (OSError, ValueError, KeyError, TypeError, brotli.error):
            return None

    def may_show(self, entry: Entry) -> bool:
        """Whether an answer is neither too old nor made before the last purge."""
        is_purged = entry.position is None or entry.position < max(self._purged, last_purge.read(self._root))
        return not is_purged and not self.is_too_old(entry)

    def is_too_old(self, entry: Entry) -> bool:
        return time.time() - entry.rendered_at > self._max_age

    def forbid(self, number: int) -> None:
        """Show nothing more that was made before this number of the journal."""
        self._purged = max(self._purged, number)

    def purge(self, number: int) -> None:
        """Take away every page made before this number of the journal: something in them may never be shown again."""
        self.forbid(number)
        with self._lock:
            last_purge.write(self._root, self._purged)
            with suppress(OSError):
                gone = Path(tempfile.mkdtemp(prefix="gone-", dir=self._root))
                for release in [folder for folder in self._root.iterdir() if folder != gone and folder.is_dir()]:
                    with suppress(OSError):
                        release.rename(gone / release.name)  # at once, however many pages there are
                shutil.rmtree(gone, ignore_errors=True)

    def read_position(self) -> int | None:
        """Give the position of the journal up to which the pages were kept clean; None if nobody knows."""
        return self._read(_POSITION)

    def write_position(self, number: int) -> None:
        with self._lock:
            self._put(self._root / _POSITION, str(number).encode())

    def _read(self, name: str) -> int | None:
        try:
            return int((self._root / name).read_text())
        except (OSError, ValueError):
            return None

    def _file(self, key: str) -> Path:
        return self._folder / hashlib.sha256(key.encode()).hexdigest()

    def _write_all(self) -> None:
        written = 0
        while True:
            if written % _LOOK_EVERY == 0:
                self._make_room()
            self._write(*self._waiting.get())
            written += 1

    def _write(self, key: str, entry: Entry) -> None:
        kept = {name: getattr(entry, name) for name in ("status", "headers", "rendered_at", "position")}
        head = json.dumps({"key": key, "tags": sorted(entry.tags), **kept})
        content = head.encode() + b"\n" + entry.reply("br").body
        with self._lock:
            if self.may_show(entry):
                self._put(self._file(key), content)

    def _put(self, file: Path, content: bytes) -> None:
        """Write a file whole or not at all."""
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.new")
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            unfinished.write_bytes(content)
            unfinished.rename(file)
        except OSError:
            with suppress(OSError):
                unfinished.unlink()

    def _make_room(self) -> None:
        """Take away what is too old, the oldest of too many, and what other releases have left."""
        with suppress(OSError):
            for other in self._root.iterdir():
                if other.is_dir() and other != self._folder and time.time() - other.stat().st_mtime > self._max_age:
                    shutil.rmtree(other, ignore_errors=True)
            files = [(file.stat().st_mtime, file.stat().st_size, file) for file in self._folder.iterdir()]
            total, now = sum(size for _, size, _ in files), time.time()
            for written_at, size, file in sorted(files):
                if total > self._most_bytes or now - written_at > self._max_age:
                    file.unlink(missing_ok=True)
                    total -= size
