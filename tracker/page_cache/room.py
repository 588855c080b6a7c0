"""How much may lie in the folder of the last good pages, and what goes first."""

import re
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_MANY = "many-"  # how the files begin of pages of which there is no end
_ENDLESS = re.compile(r"\?|/at/[0-9]", re.ASCII)  # a question, a day
_SHARE_OF_MANY = 4


class _File(NamedTuple):
    """A page of this release, or another's that goes before; the one asked for longest ago first."""

    is_ours: bool
    asked_at: float
    written_at: float
    size: int
    path: Path

    @property
    def is_one_of_many(self) -> bool:
        return self.path.name.startswith(_MANY)


def prefix(key: str) -> str:
    """Say how the name of a page's file begins: whoever asks for ever new pages fills no more than a share of the room."""
    return _MANY if _ENDLESS.search(key) else ""


def make_room(root: Path, ours: Path, *, most_bytes: int, max_age: float) -> None:
    """Take away what is too old and, of the pages of all releases together, what is too much."""
    files = sorted(_files(root, ours))
    oldest = time.time() - max_age
    _remove(file for file in files if file.written_at < oldest)
    kept = [file for file in files if file.written_at >= oldest]
    many = _bounded([file for file in kept if file.is_one_of_many], most_bytes // _SHARE_OF_MANY)
    _bounded(sorted([*many, *(file for file in kept if not file.is_one_of_many)]), most_bytes)
    for folder in {file.path.parent for file in files if not file.is_ours}:
        with suppress(OSError):
            folder.rmdir()  # only one that is empty goes


def _files(root: Path, ours: Path) -> Iterator[_File]:
    for path in root.glob("*/**/*"):
        with suppress(OSError):  # another process may have taken it away
            if not path.is_dir():
                about = path.lstat()
                yield _File(ours in path.parents, about.st_atime, about.st_mtime, about.st_size, path)


def _bounded(files: list[_File], most_bytes: int) -> list[_File]:
    """Take away the first until the rest fits; gives the rest."""
    total = sum(file.size for file in files)
    for number, file in enumerate(files):
        if total <= most_bytes:
            return files[number:]
        _remove([file])
        total -= file.size
    return []


def _remove(files: Iterable[_File]) -> None:
    for file in files:
        with suppress(OSError):
            file.path.unlink()
