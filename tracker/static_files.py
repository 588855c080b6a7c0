"""How static files are collected: the many style sheets of reader pages become one file."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]

FOLDER = "css/"
SHEET = f"{FOLDER}site.css"
_FOR_AUTHORS = re.compile(r"/\*.*?\*/|^ +|^\n", re.DOTALL | re.MULTILINE)  # comments, indents, empty lines
_IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\);')

_PACKED = {".br", ".gz"}  # the same files once more

Files = Mapping[str, tuple[Storage, str]]  # by name: where a file lies, and under which path there


class OneSheetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # no types
    """Puts the imported files in the place of their imports, so that a page asks for one style sheet, and a small one.

    In development nothing is collected, and the browser follows the imports.
    """

    def post_process(self, paths: Files, **options: Any) -> Iterator[tuple[str, str, Any]]:
        if SHEET in paths:
            paths = {**paths, SHEET: (_stored(_whole_sheet(paths)), SHEET)}
        yield from super().post_process(paths, **options)


def _whole_sheet(files: Files) -> str:
    whole = _IMPORT.sub(lambda found: _text(files, FOLDER + found["name"]), _text(files, SHEET))
    return _FOR_AUTHORS.sub("", whole)


def _text(files: Files, name: str) -> str:
    storage, path = files[name]
    with storage.open(path) as file:
        content: bytes = file.read()
    return content.decode()


def _stored(text: str) -> Storage:
    storage = InMemoryStorage()
    storage.save(SHEET, ContentFile(text.encode()))
    return storage


def addresses() -> list[str]:
    """Give the addresses of all files that were collected; none where they are looked for anew each time."""
    if getattr(settings, "WHITENOISE_AUTOREFRESH", settings.DEBUG):
        return []
    root = Path(settings.STATIC_ROOT)
    files = [file.relative_to(root) for file in root.rglob("*") if file.suffix not in _PACKED and file.is_file()]
    return [f"{settings.STATIC_URL}{file.as_posix()}" for file in files]
