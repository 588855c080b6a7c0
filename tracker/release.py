"""Which version of the site this is: pages made by another ask for other style sheets, or say other things of the site."""

from pathlib import Path

from pledges.fingerprint import fingerprint

_FOLDERS = ("tracker", "pledges", "templates", "static")


def release(base: Path) -> str:
    """Give a name made from all that pages are made of; it costs some milliseconds at the start."""
    return fingerprint(
        (file for folder in _FOLDERS for file in (base / folder).rglob("*") if _is_source(file)), base=base
    )


def _is_source(file: Path) -> bool:
    return file.is_file() and "__pycache__" not in file.parts
