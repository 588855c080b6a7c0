import os
import tempfile
from contextlib import suppress
from pathlib import Path

_FOR_ALL_TO_READ = 0o644  # whoever runs a command need not be whom the site runs as


def write(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, whoever writes it at the same time; raises OSError."""
    number, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".new", dir=file.parent)
    try:
        with os.fdopen(number, "wb") as unfinished:
            os.fchmod(number, _FOR_ALL_TO_READ)
            unfinished.write(content)
        Path(name).rename(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise
