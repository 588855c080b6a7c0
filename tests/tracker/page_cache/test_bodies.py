"""Bodies as the real server hands them over, from senders who are quick, slow or gone."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pytest
from gunicorn.http.body import Body, LengthReader
from gunicorn.http.unreader import SocketUnreader

from tracker.page_cache.bodies import pass_over, put_away, take_in
from tracker.page_cache.turns import Turns


class Sender:
    """A visitor, and the request that reaches the site."""

    def __init__(self) -> None:
        self.end, self.servers_end = socket.socketpair()

    def request(self, length: int) -> dict[str, Any]:
        body = Body(LengthReader(SocketUnreader(self.servers_end), length))
        return {"CONTENT_LENGTH": str(length), "wsgi.input": body, "gunicorn.socket": self.servers_end}

    def drip(self, pieces: int, *, every: float = 0.02) -> threading.Thread:
        def send() -> None:
            with suppress(BrokenPipeError):  # nobody listens any more
                for _ in range(pieces):
                    self.end.send(b"a")
                    time.sleep(every)

        thread = threading.Thread(target=send)
        thread.start()
        return thread


@pytest.fixture
def sender() -> Iterator[Sender]:
    made = Sender()
    yield made
    made.end.close()
    made.servers_end.close()


def test_a_body_that_has_come_is_taken_in_whoever_else_is_slow(sender: Sender) -> None:
    environ, slow = sender.request(9), Turns(1)
    sender.end.sendall(b"q=lemons!and more")
    assert slow.take()

    assert take_in(environ, most=100, seconds=1, slow=slow) is None

    assert environ["wsgi.input"].read() == b"q=lemons!"
    assert sender.servers_end.gettimeout() is None


def test_a_body_right_behind_its_request_needs_no_turn_of_slow_ones(sender: Sender) -> None:
    environ, slow = sender.request(1), Turns(1)
    assert slow.take()
    dripping = sender.drip(1)

    assert take_in(environ, most=100, seconds=1, slow=slow) is None
    dripping.join()


def test_a_body_in_pieces_is_waited_for(sender: Sender) -> None:
    environ = sender.request(5)
    dripping = sender.drip(5)

    assert take_in(environ, most=100, seconds=5, slow=Turns(1)) is None

    dripping.join()
    assert environ["wsgi.input"].read() == b"aaaaa"


def test_a_long_body_is_taken_in_to_a_file_that_is_put_away(sender: Sender) -> None:
    environ = sender.request(1_000_000)
    sending = threading.Thread(target=lambda: sender.end.sendall(b"lemon" * 200_000))
    sending.start()

    assert take_in(environ, most=1_000_000, seconds=5, slow=Turns(1)) is None

    sending.join()
    file = environ["wsgi.input"]
    assert file.read() == b"lemon" * 200_000
    put_away(environ)
    assert file.closed


def test_all_time_that_a_body_takes_is_bounded_however_it_drips(sender: Sender) -> None:
    environ, slow = sender.request(1_000), Turns(1)
    dripping, started = sender.drip(30), time.monotonic()

    assert take_in(environ, most=1_000, seconds=0.2, slow=slow) == HTTPStatus.REQUEST_TIMEOUT

    assert time.monotonic() - started < 0.45
    assert slow.take()  # nothing is held any more
    dripping.join()


def test_one_slow_sender_too_many_is_refused_at_once(sender: Sender) -> None:
    slow, started = Turns(1), time.monotonic()
    assert slow.take()

    assert take_in(sender.request(9), most=100, seconds=5, slow=slow) == HTTPStatus.SERVICE_UNAVAILABLE
    assert time.monotonic() - started < 0.5


def test_a_body_that_breaks_off_is_wrong(sender: Sender) -> None:
    environ = sender.request(9)
    sender.end.sendall(b"q=le")
    sender.end.shutdown(socket.SHUT_WR)

    assert take_in(environ, most=100, seconds=1, slow=Turns(1)) == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("length", "fault"),
    [("101", HTTPStatus.REQUEST_ENTITY_TOO_LARGE), ("9" * 5_000, HTTPStatus.REQUEST_ENTITY_TOO_LARGE), ("1e3", 400)],
)
def test_a_body_that_may_not_be_is_not_read(length: str, fault: int, sender: Sender) -> None:
    environ = sender.request(9) | {"CONTENT_LENGTH": length}
    sender.end.sendall(b"q=lemons!")

    assert take_in(environ, most=100, seconds=1, slow=Turns(1)) == fault


@pytest.mark.parametrize("framing", [{"CONTENT_LENGTH": "9"}, {"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_who_sends_what_nobody_reads_is_not_waited_for(framing: dict[str, str], sender: Sender) -> None:
    pass_over(framing | {"gunicorn.socket": sender.servers_end})

    assert sender.servers_end.recv(1) == b""
    sender.servers_end.sendall(b"an answer")
    assert sender.end.recv(9) == b"an answer"


@pytest.mark.parametrize("framing", [{}, {"CONTENT_LENGTH": ""}, {"CONTENT_LENGTH": "0"}])
def test_who_sends_no_body_is_listened_to_further(framing: dict[str, str], sender: Sender) -> None:
    pass_over(framing | {"gunicorn.socket": sender.servers_end})
    sender.end.sendall(b"G")

    assert sender.servers_end.recv(1) == b"G"
