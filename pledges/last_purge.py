"""The number of the journal before which no kept page may be shown any more, in a file beside the last good pages.

The page cache writes it when it has read of a purge. Whoever purges writes it too, where the folder is within reach: what a
site that was down meanwhile, and comes up without its database, has no journal to read of.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pledges import whole_files

_NAME = "purged"


def read(folder: Path) -> int:
    """Give the number, 0 where there is none or none that can be read."""
    with suppress(OSError, ValueError):
        return int((folder / _NAME).read_text())
    return 0


def write(folder: Path, number: int, *, starts_over: bool = False) -> bool:
    """Write the number unless a higher one is there, which stays unless the numbers start over.

    Says whether the folder knows it now, as one that is not there need not.
    """
    if not folder.is_dir():
        return True
    try:
        with _one_at_a_time(folder):
            whole_files.write(folder / _NAME, str(number if starts_over else max(number, read(folder))).encode())
    except OSError:
        return False
    return True


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Between the look at a number and the write of a higher one no other process writes its own."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)
