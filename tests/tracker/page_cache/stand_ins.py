"""What stands in for what the cache lies between: the application, the journal's reader, and who asks."""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.servers import wait_until
from tracker.page_cache.files import Files
from tracker.page_cache.journal import JournalReader, Moved
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.unavailable import REFUSAL
from tracker.page_cache.wrapper import PageCache


@dataclass
class Site:
    """Stands in for Django: answers with what it was told to, and counts."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Surrogate-Key", "site pledge:a")])
    body: bytes = b"Lemons."
    renders: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    while_rendering: Any = None
    answer: Any = None  # instead of the body

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.asked.append(environ)
        if REFUSAL in environ:
            start_response("503 Service Unavailable", [])
            return iter([str(environ[REFUSAL]).encode()])
        self.renders += 1
        body = self.body
        self.gate.wait(5)
        if self.while_rendering:
            self.while_rendering()
        start_response(self.status, list(self.headers))
        return self.answer() if self.answer else iter([body])


class Journal(JournalReader):
    """Reads no database and has no thread: it hears what the test says, and knows as the real one does."""

    def __init__(self, cache: PageCache) -> None:
        super().__init__(cache._take_in)
        self.position = 1
        self._looked_from = 0.0
        self._is_silent = False

    @property
    def is_silent(self) -> bool:
        return self._is_silent

    @is_silent.setter
    def is_silent(self, is_silent: bool) -> None:
        self._is_silent = is_silent

    def make_sure_it_runs(self) -> None:
        """It runs as the test says."""

    def look_now(self, _patience: float) -> bool:
        return not self.is_silent

    def move(self, *tags: str) -> None:
        self.move_to((self.position or 0) + 1, *tags)

    def move_to(self, number: int, *tags: str) -> None:
        self._tell(Moved(number, frozenset(tags), starts_over=number < (self.position or 0)))
        self.position = number

    def forget(self) -> None:
        """Begin anew at the same place, as the next process does where it cannot read what had moved."""
        self._recent.clear()


def make_cache(site: Site, folder: Path) -> PageCache:
    made = PageCache(
        site,
        Address(urlsplit("http://tracker.test"), behind_proxy=False, session_cookie="session"),
        pages=Memory(10_000_000),
        files=Files(has_picture=lambda _path: False),
        last_pages=LastPages(folder, release="one", max_age=60, most_bytes=1_000_000),
    )
    made.journal = Journal(made)
    return made


@dataclass
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes


def make_environ(path: str, **more: Any) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "tracker.test",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **more,
    }


def ask(cache: PageCache, path: str = "/pledges/a/", **more: Any) -> Answer:
    said: list[Any] = []
    parts: Any = cache(make_environ(path, **more), lambda status, headers, _exc=None: said.extend([status, headers]))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return Answer(said[0], dict(said[1]), body)


def make_old(cache: PageCache, key: str) -> None:
    """Have the time of a kept page be over: in memory, and on the disk, where it may be or come to be written."""
    entry = cache.pages.last(key)
    assert entry is not None
    entry.expires_at = 0.0
    cache.last_pages.keep(key, entry)
    wait_until(lambda: is_old_on_disk(cache, key))


def is_old_on_disk(cache: PageCache, key: str) -> bool:
    entry = cache.last_pages.find(key)
    return entry is not None and entry.expires_at < time.monotonic()
