import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

_SAID_OF_THE_SITE = (
    *("LANGUAGE_CODE", "TIME_ZONE", "DEBUG", "SUBSCRIBERS_SHOWN_FROM"),
    *("SITE_URL", "SITE_NAME", "SITE_PUBLISHER", "SITE_CONTACT", "SITE_LICENCE"),
)


def fingerprint(files: Iterable[Path], *, base: Path) -> str:
    """Give a name for what makes pages, of these files and of what pages say of the site: with another, pages are others."""
    content = hashlib.sha256(json.dumps([getattr(settings, name) for name in _SAID_OF_THE_SITE]).encode())
    for file in sorted(files):
        content.update(f"{file.relative_to(base)}\n".encode() + hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()[:12]
