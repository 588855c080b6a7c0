"""A mail server that answers each line as a test has it."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

from pytest_django import Settings

from tracker.environment import MailServer

Answers = Callable[[bytes], Iterable[bytes]]


@contextmanager
def server(answers: Answers, settings: Settings, user: str = "", password: str = "") -> Iterator[list[bytes]]:
    """Let EMAIL_URL be such a server; gives the lines that are sent to it. What it greets with answers an empty line."""
    lines: list[bytes] = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        settings.MAIL_SERVER = MailServer("smtp", "127.0.0.1", listening.getsockname()[1], user, password)
        talking = threading.Thread(target=_listen, args=[listening, answers, lines], daemon=True)
        talking.start()
        yield lines
        listening.shutdown(socket.SHUT_RDWR)
    talking.join(5)


def usual(line: bytes) -> bytes:
    return {b"": b"220 Hi\r\n", b"DATA": b"354 Go on\r\n"}.get(line, b"250 OK\r\n")


def _listen(listening: socket.socket, answers: Answers, lines: list[bytes]) -> None:
    with suppress(OSError):
        while True:
            connection, _address = listening.accept()
            with suppress(OSError), connection, connection.makefile("rwb", buffering=0) as talk:
                _converse(talk, answers, lines)


def _converse(talk: socket.SocketIO, answers: Answers, lines: list[bytes]) -> None:
    line, is_message = b"", False
    while True:
        for said in [] if is_message else answers(line):
            talk.write(said)
            is_message = said.startswith(b"354")
        if not (whole := talk.readline()):
            return
        lines.append(line := whole.strip())
        is_message = is_message and line != b"."
