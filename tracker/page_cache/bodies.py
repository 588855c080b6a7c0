"""What comes with a request is taken in whole before anything is done with it, and nobody who sends slowly holds anything up.

Without a proxy that reads requests whole each slow sender holds a thread, so that few may be slow, and none for long.
"""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Any

from tracker.page_cache.turns import Turns
from tracker.requests import announced_length

_PIECE = 65_536  # bytes read at once
_SOON = 0.1  # seconds: browsers send a short form in a second packet, right behind the first
_MOST_IN_MEMORY = 500_000  # bytes; more goes to a file without a name
_TAKEN_IN = "tracker.taken_in"  # in the environ: that the body is a file
_SLOWEST = 100_000  # bytes a second of a long body

Environ = dict[str, Any]


def pass_over(environ: Environ) -> None:
    """Hear nothing more from a sender whose body nobody reads: the server would wait for the rest of it after the answer."""
    connection = environ.get("gunicorn.socket")
    if connection and (environ.get("CONTENT_LENGTH", "0") not in {"", "0"} or "HTTP_TRANSFER_ENCODING" in environ):
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RD)


def put_away(environ: Environ) -> None:
    """Close what was taken in, once there is an answer."""
    if environ.pop(_TAKEN_IN, False):
        environ["wsgi.input"].close()


def take_in(environ: Environ, *, most: int, seconds: float, slow: Turns) -> HTTPStatus | None:
    """Put the whole body in the place of the connection; gives what is wrong if that cannot be done.

    Who sends it at once is never kept waiting; of the others only so many as have a turn of `slow`, and not for longer
    than these seconds and what a slow line needs for so much.
    """
    length = announced_length(environ)
    if isinstance(length, HTTPStatus) or length > most:
        pass_over(environ)
        return length if isinstance(length, HTTPStatus) else HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    body = _Body(environ, length)
    environ["wsgi.input"], environ[_TAKEN_IN] = body.file, True
    if fault := body.read(seconds + length / _SLOWEST, slow):
        pass_over(environ)
    return fault


class _Body:
    def __init__(self, environ: Environ, length: int) -> None:
        self.file: IO[bytes] = TemporaryFile() if length > _MOST_IN_MEMORY else BytesIO()  # noqa: SIM115 (see `put_away`)
        self._source = environ["wsgi.input"]
        self._connection = environ.get("gunicorn.socket")
        self._left = length

    def read(self, seconds: float, slow: Turns) -> HTTPStatus | None:
        """Read all of it; gives what kept it from coming."""
        now = time.monotonic()
        ends_at = now + seconds
        with self._never_waiting():
            if not self._has_come_until(min(now + _SOON, ends_at)):
                with slow.one() as is_ours:
                    if not is_ours:
                        return HTTPStatus.SERVICE_UNAVAILABLE
                    self._has_come_until(ends_at)
        self.file.seek(0)
        if not self._left:
            return None
        return HTTPStatus.BAD_REQUEST if time.monotonic() < ends_at else HTTPStatus.REQUEST_TIMEOUT

    @contextmanager
    def _never_waiting(self) -> Iterator[None]:
        """Have the server read what is there, and no more: it would wait for each piece anew."""
        if self._connection:
            self._connection.settimeout(0)
        try:
            yield
        finally:
            if self._connection:
                self._connection.settimeout(None)

    def _has_come_until(self, ends_at: float) -> bool:
        """Wait for what comes; gives whether nothing more will."""
        while not (has_come := self._has_come()) and self._more_comes_until(ends_at):
            pass
        return has_come

    def _has_come(self) -> bool:
        """Read what is there; gives whether nothing more will come."""
        try:
            while self._left and (piece := self._source.read(min(self._left, _PIECE))):
                self.file.write(piece)
                self._left -= len(piece)
        except BlockingIOError:
            return False
        return True

    def _more_comes_until(self, ends_at: float) -> bool:
        if self._connection is None:
            return False
        poll = select.poll()
        poll.register(self._connection, select.POLLIN)
        return bool(poll.poll(max(0.0, 1000 * (ends_at - time.monotonic()))))
