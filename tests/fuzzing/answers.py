"""Asking the whole site, from the page cache to the database, and what no answer may ever be."""

import gzip
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import brotli  # type: ignore[import-untyped]
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction

from tests.fuzzing.requests import HOST, Request
from tests.fuzzing.values import ELSEWHERE, MARKUP, SCRIPT

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_POLICIES = {
    "content-security-policy": ("default-src 'none'",),
    "x-content-type-options": ("nosniff",),
    "x-frame-options": ("DENY",),
    "referrer-policy": ("strict-origin-when-cross-origin", "no-referrer"),
    "cross-origin-opener-policy": ("same-origin",),
}
_UNPACKED: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress}
_RUNS = (MARKUP, f"<script>{SCRIPT}", f'href="javascript:{SCRIPT}')
_EDITORS_PAGES = ("/admin", "/accounts")


@dataclass
class Answer:
    """What came back, after how many seconds, of which this thread's CPU took some, and what went wrong inside."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    cpu: float
    seconds: float
    errors: list[str] = field(default_factory=list)

    @property
    def html(self) -> str:
        """The page, if it is one."""
        if not self.body or not any(kind.startswith("text/html") for kind in self.values("content-type")):
            return ""
        packed = self.values("content-encoding")
        return (_UNPACKED[packed[0]](self.body) if packed else self.body).decode()

    def values(self, name: str) -> list[str]:
        return [value for given, value in self.headers if given.lower() == name]


class _Errors(logging.Handler):
    """Keeps what is logged of an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(logging.Formatter().format(record))


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """Collect what Django logs of requests that failed."""
    handler, logger = _Errors(), logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        yield handler.said
    finally:
        logger.removeHandler(handler)


@contextmanager
def undone() -> Iterator[None]:
    """Undo at the end what was changed. Django, which would begin and end a request with a new connection, is kept from it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for signal in signals:
            signal.connect(close_old_connections)


def ask(application: Application, request: Request) -> Answer:
    """Have a request answered, and all that it changed undone: the next one finds the same site."""
    said: list[Any] = []
    used, started = time.thread_time(), time.perf_counter()
    with errors_logged() as errors, undone():
        try:
            parts = application(request.environ(), lambda status, headers, _exc=None: said.extend([status, headers]))
            body = b"".join(parts)
            getattr(parts, "close", lambda: None)()
            took = time.thread_time() - used, time.perf_counter() - started
            if request.method == "POST" and said[0] < "4":
                connection.check_constraints()  # those that wait for the end of a transaction
        except Exception as error:
            error.add_note(f"The request was:\n{request}")
            raise
    return Answer(int(said[0][:3]), said[1], body, *took, errors)


def faults_of(request: Request, answer: Answer) -> Iterator[str]:
    """Say all that is wrong with an answer."""
    if answer.status >= 500 or answer.errors:
        yield "\n".join([f"It failed with {answer.status}.", *answer.errors])
    for name, policies in _POLICIES.items():
        if not any(policy in value for policy in policies for value in answer.values(name)):
            yield f"It has no {name} like “{policies[0]}”, but {answer.values(name)}."
    if answer.values("set-cookie") and not request.path.startswith(_EDITORS_PAGES):
        yield "It sets a cookie."
    yield from _faults_of_content(answer)


def _faults_of_content(answer: Answer) -> Iterator[str]:
    for location in answer.values("location"):
        url = urlsplit(urljoin(f"https://{HOST}/", location.replace("\\", "/")))
        if url.scheme != "https" or (url.hostname or "").removesuffix(".") != HOST:
            yield f"It leads elsewhere: {location}"
    if any("\n" in name + value or ELSEWHERE in name for name, value in answer.headers):
        yield "A header of it is made up by the visitor."
    html = answer.html
    yield from (f"It would run {code}" for code in _RUNS if code in html)
    if html and "Pledge Tracker" not in html:
        yield "It is not one of the site’s own pages."
