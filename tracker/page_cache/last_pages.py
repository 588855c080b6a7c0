"""The last good answer of every page, in a folder, for the time when the database does not answer.

Nothing here may ever make a page fail: a folder that is full, gone or cannot be written to is the same as none.
"""

import hashlib
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Lock, Thread

from pledges import last_purge, whole_files
from tracker.page_cache import page_files, room
from tracker.page_cache.entries import Entry

_MOST_WAITING = 2_000
_LOOK_EVERY = 500  # pages written between two looks at how much there is, or
_PART_UNSEEN = 32  # this part of all that there may be
_AHEAD = 60.0  # seconds by which a clock may have been put back
_POSITION = "position"


class LastPages:
    """One file a page, named by the hash of its address.

    Made before the server parts into processes: what any of them has made since then is fresh for all.
    `release` keeps apart what different versions of the site have made: their pages ask for other style sheets.
    `asked` gives the addresses that this process was asked for, the last one first: their pages stay longest.
    """

    def __init__(
        self,
        folder: Path,
        *,
        release: str,
        max_age: float,
        most_bytes: int,
        asked: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._root, self._folder = folder, folder / release
        self.max_age = max_age
        self._most_bytes, self._asked = most_bytes, asked
        self._waiting: Queue[tuple[str, Entry]] = Queue(_MOST_WAITING)
        self._lock = Lock()
        self._purged = 0
        self._server = secrets.token_hex()
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
        """Give the last good answer of a page, unless it is too old or purged.

        It counts as fresh only if this server made it, in whichever of its processes: another may have other settings.
        """
        file = self._file(key)
        try:
            address, entry = page_files.unpack(page_files.read(file), server=self._server)
        except (OSError, page_files.DamagedError):
            return None
        if address != key or not self.may_show(entry):
            return None
        _note_as_asked(file, time.time())
        return entry

    def may_show(self, entry: Entry) -> bool:
        """Whether an answer is neither too old nor made before the last purge."""
        is_purged = entry.position is None or entry.position < max(self._purged, last_purge.read(self._root))
        return not is_purged and not self.is_too_old(entry)

    def is_too_old(self, entry: Entry) -> bool:
        return not -_AHEAD <= time.time() - entry.rendered_at <= self.max_age

    def forbid(self, number: int) -> None:
        """Show nothing more that was made before this number of the journal.

        A process reads of them in their order, so one that is lower than the last is of another history.
        """
        self._purged = number

    def purge(self, number: int, *, starts_over: bool = False) -> None:
        """Take away every page made before this number of the journal: something in them may never be shown again."""
        self.forbid(number)
        if starts_over:
            self._drop_what_waits()
        with self._lock:
            last_purge.write(self._root, number, starts_over=starts_over)
            with suppress(OSError):
                gone = Path(tempfile.mkdtemp(prefix="gone-", dir=self._root))
                for release in [folder for folder in self._root.iterdir() if folder != gone and folder.is_dir()]:
                    with suppress(OSError):
                        release.rename(gone / release.name)  # at once, however many pages there are
                shutil.rmtree(gone, ignore_errors=True)

    def _drop_what_waits(self) -> None:
        """Write nothing more that was made of a history which was given up: its numbers say nothing in the other one."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()

    def read_position(self) -> int | None:
        """Give the position of the journal up to which the pages were kept clean; None if nobody knows.

        Those from before the last purge are clean as they are not shown.
        """
        return max(self._read(_POSITION) or 0, last_purge.read(self._root)) or None

    def write_position(self, number: int) -> None:
        with self._lock:
            self._put(self._root / _POSITION, str(number).encode())

    def _read(self, name: str) -> int | None:
        try:
            return int((self._root / name).read_text())
        except (OSError, ValueError):
            return None

    def _file(self, key: str) -> Path:
        return self._folder / f"{room.prefix(key)}{hashlib.sha256(key.encode()).hexdigest()}"

    def _write_all(self) -> None:
        pages, unseen = 0, 0
        while True:
            if pages % _LOOK_EVERY == 0 or unseen > self._most_bytes // _PART_UNSEEN:
                self._make_room()
                unseen = 0
            unseen += self._write(*self._waiting.get())
            pages += 1

    def _write(self, key: str, entry: Entry) -> int:
        content = page_files.pack(key, entry, server=self._server)
        with self._lock:
            if self.may_show(entry):
                self._put(self._file(key), content)
        return len(content)

    def _put(self, file: Path, content: bytes) -> None:
        with suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole_files.write(file, content)

    def _make_room(self) -> None:
        now = time.time()
        for place, key in enumerate(self._asked()):
            _note_as_asked(self._file(key), now - place / 1000)
        with suppress(OSError):
            room.make_room(self._root, self._folder, most_bytes=self._most_bytes, max_age=self.max_age)


def _note_as_asked(file: Path, moment: float) -> None:
    """What a page was last asked for is when its file was last read; when it was written stays."""
    with suppress(OSError):
        os.utime(file, (moment, file.stat().st_mtime))
