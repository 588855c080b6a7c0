"""Another site on the loopback address, which shows a log as a test wants it."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from pledges.verifier import FIRST_PREVIOUS_HASH, entry_hash, exact_bytes

MOMENT = "2026-03-03T00:00:00.000000Z"


def make_lines(count: int, **changed: Any) -> list[bytes]:
    """The lines of a true log of one pledge; what is changed is so in every one."""
    lines: list[bytes] = []
    for number in range(1, count + 1):
        previous = entry_hash(lines[-1]) if lines else FIRST_PREVIOUS_HASH
        said = {
            "sequence": number,
            "previous_hash": previous,
            "published_at": MOMENT,
            "pledge": "lemon",
            "number": number,
        }
        lines.append(exact_bytes({**said, **changed}))
    return lines


class OtherSite:
    """What it answers by path: bytes, a status, or the address to go on to."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | int | str] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer = site.answers.get(self.path, 404)
                status = 200 if isinstance(answer, bytes) else 302 if isinstance(answer, str) else answer
                self.send_response(status)
                if isinstance(answer, str):
                    self.send_header("Location", answer)
                self.end_headers()
                if isinstance(answer, bytes):
                    self.wfile.write(answer)

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.name = f"127.0.0.1:{self.server.server_port}"
        self.address = f"http://{self.name}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, lines: list[bytes]) -> None:
        self.answers["/log/entries.jsonl"] = b"".join(line + b"\n" for line in lines)


@pytest.fixture
def other_site() -> Iterator[OtherSite]:
    site = OtherSite()
    yield site
    site.server.shutdown()
    site.server.server_close()
