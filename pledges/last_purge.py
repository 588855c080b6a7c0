"""The number of the journal before which no kept page may be shown any more, in a file beside the last good pages.

The page cache writes it when it has read of a purge. Whoever purges writes it too, where the folder is within reach: what a
site that was down meanwhile, and comes up without its database, has no journal to read of.
"""

import os
from contextlib import suppress
from pathlib import Path

_NAME = "purged"


def read(folder: Path) -> int:
    """Give the number, 0 where there is none or none that can be read."""
    with suppress(OSError, ValueError):
        return int((folder / _NAME).read_text())
    return 0


def write(folder: Path, number: int) -> bool:
    """Write the number; says whether the folder knows it now, as one that is not there need not."""
    if not folder.is_dir():
        return True
    unfinished = folder / f"{_NAME}.{os.getpid()}.new"
    try:
        unfinished.write_text(str(number))
        unfinished.rename(folder / _NAME)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        return False
    return True
