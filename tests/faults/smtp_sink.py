"""A mail server that takes messages and misbehaves when asked to: `python -m tests.faults.smtp_sink PORT FILE`.

How an address begins says what happens to its message; every message taken is one line of the file, with the address
and the Message-ID, written before the answer.
"""

import asyncio
import re
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HOST = "127.0.0.1"
_MESSAGE_ID = re.compile(rb"^Message-ID: (\S+)", re.MULTILINE)
_AT_RCPT = {
    "moved": "251 2.1.5 Will forward to somebody",
    "later": "450 4.2.0 later@reader.example is busy",
    "gone": "550 5.1.1 No gone@reader.example",
    "spam": "550 5.7.1 No",
}
_AT_DATA = {"full": "552 5.2.2 Too much", "slowly": "451 4.3.0 Not now"}


class Sink:
    """The handler of the server."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if address.startswith("closing"):
            return "421 4.7.0 Enough"
        if address.startswith("drop"):
            _hang_up(server)
        if address.startswith("hang-early"):
            await asyncio.sleep(30)
        envelope.rcpt_tos.append(address)
        return _answer(address, _AT_RCPT)

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        address, content = envelope.rcpt_tos[0], envelope.content
        assert isinstance(content, bytes)
        answer = _answer(address, _AT_DATA)
        if answer.startswith("250"):
            found = _MESSAGE_ID.search(content)
            with self._file.open("a") as file:
                file.write(f"{address} {found[1].decode() if found else '-'}\n")
        if address.startswith("die"):
            _hang_up(server)
        if address.startswith("hang"):
            await asyncio.sleep(30)
        return answer


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.Transport)
    server.transport.abort()


def _answer(address: str, answers: dict[str, str]) -> str:
    return next((answer for start, answer in answers.items() if address.startswith(start)), "250 2.0.0 OK")


def taken(file: Path) -> list[tuple[str, str]]:
    """Read the addresses and Message-IDs of what was taken."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [(address, key) for address, _space, key in (line.partition(" ") for line in lines)]


def controller(file: Path, port: int) -> Controller:
    return Controller(Sink(file), hostname=HOST, port=port)


if __name__ == "__main__":
    running = controller(Path(sys.argv[2]), int(sys.argv[1]))
    running.start()
    print("ready", flush=True)  # noqa: T201
    sys.stdin.read()  # until whoever started this closes it
    running.stop()
