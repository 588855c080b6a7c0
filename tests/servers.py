"""A gunicorn of our own on a free port of this machine, and readers who ask it without a pause."""

import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import brotli  # type: ignore[import-untyped]
from django.conf import settings

PATIENCE = 60.0  # seconds for a server to start or stop


@dataclass(frozen=True)
class Reply:
    """What a reader got; status 0 is no answer at all."""

    path: str
    status: int
    seconds: float
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    at: float = field(default_factory=time.monotonic)
    tries: int = 1  # a second on a new connection, after the kept one broke

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "br"
        return (brotli.decompress(self.body) if packed else self.body).decode()

    @property
    def is_stale(self) -> bool:
        return self.headers.get("x-served") == "stale"


@dataclass
class Server:
    """A running site; `process` is gunicorn's master."""

    port: int
    folder: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def get(self, path: str, **headers: str) -> Reply:
        return self.ask("GET", path, headers=headers)

    def ask(self, method: str, path: str, *, body: str | None = None, headers: dict[str, str] | None = None) -> Reply:
        with Reader(self.port) as reader:
            return reader.ask(method, path, body=body, headers=headers or {})

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(pid) for pid in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def start(self) -> None:
        """Start the master again, as a supervisor would."""
        self.process = start(self.environment, self.folder, self.port)
        wait_until(lambda: self.get("/healthz").status == http.client.OK)


class Reader:
    """A browser's connection: kept alive, and tried once more when it was closed since the last answer."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._is_used = False

    def __enter__(self) -> "Reader":
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()

    def get(self, path: str) -> Reply:
        return self.ask("GET", path, headers={"Accept-Encoding": "br"})

    def ask(self, method: str, path: str, *, headers: dict[str, str], body: str | None = None) -> Reply:
        started = time.monotonic()
        most = 2 if self._is_used else 1
        for tries in range(1, most + 1):
            try:
                return replace(self._ask(method, path, body, headers), tries=tries)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._is_used = False
        return Reply(path, 0, time.monotonic() - started, tries=most)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Reply:
        started = time.monotonic()
        self._connection.request(method, path, body=body, headers=headers)
        answer = self._connection.getresponse()
        content = answer.read()
        self._is_used = True
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(path, answer.status, time.monotonic() - started, named, content)


@contextmanager
def crowd(
    server: Server, choose: Callable[[int], str], *, readers: int = 8, pause: float = 0.002
) -> Iterator[list[Reply]]:
    """Readers who ask on and on while the block runs; `choose` gives the address of a reader's n-th request."""
    replies: list[Reply] = []
    is_over = threading.Event()

    def read(first: int) -> None:
        with Reader(server.port) as reader:
            number = first
            while not is_over.is_set():
                replies.append(reader.get(choose(number)))
                number += readers
                time.sleep(pause)

    threads = [threading.Thread(target=read, args=(number,), daemon=True) for number in range(readers)]
    for thread in threads:
        thread.start()
    try:
        yield replies
    finally:
        is_over.set()
        for thread in threads:
            thread.join(PATIENCE)


@contextmanager
def serve(database_url: str, folder: Path, *, static: Path, application: str = "", **more: str) -> Iterator[Server]:
    """Serve a site on a database that is migrated, with collected files and `folder` for all that it keeps."""
    port = find_free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-only-for-this-test",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": database_url,
        "STATIC_ROOT": str(static),
        "MEDIA_ROOT": str(folder / "media"),
        "LAST_PAGES_ROOT": str(folder / "last_pages"),
        "WEB_CONCURRENCY": "2",
        **more,
    }
    server = Server(port, folder, environment, start(environment, folder, port, application))
    try:
        wait_until(lambda: server.process.poll() is None and server.get("/healthz").status == http.client.OK)
        yield server
    finally:
        server.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.process.wait(PATIENCE)


def start(environment: dict[str, str], folder: Path, port: int, application: str = "") -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "gunicorn", "--config", "python:tracker.gunicorn_conf"]
    command += [application] if application else []
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*command[:3], "--bind", f"127.0.0.1:{port}", *command[3:]],
            env=environment,
            cwd=settings.BASE_DIR,
            stdout=log,
            stderr=log,
        )


def find_free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until(holds: Callable[[], bool], *, patience: float = PATIENCE) -> float:
    """Ask again and again; gives the seconds that it took."""
    started = time.monotonic()
    while not holds():
        assert time.monotonic() - started < patience, "It did not come about."
        time.sleep(0.02)
    return time.monotonic() - started
