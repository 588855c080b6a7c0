"""SMTP with an end: smtplib bounds only how long a server is silent, so one that never finishes an answer would hold us."""

import smtplib
import socket
import ssl
import time

_LONGEST_REPLY = 32 * 1024  # bytes, in however many lines


class Smtp(smtplib.SMTP):
    """Gives each reply `timeout` seconds in all, and refuses a reply that is there before anything was asked."""

    file: "Replies | None"

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:  # a new connection, or the same with TLS from here on
            self.file = Replies(self.sock, self.timeout)
        if self.file is not None:
            self.file.begin()
        return super().getreply()

    def putcmd(self, cmd: str, args: str = "") -> None:
        self.refuse_surplus()
        super().putcmd(cmd, args)

    def refuse_surplus(self) -> None:
        """Give a connection up on which answers no longer belong to what was said last."""
        if self.file is not None and self.file.are_waiting():
            self.close()
            raise smtplib.SMTPServerDisconnected("an answer to nothing")


class SmtpOverTls(Smtp, smtplib.SMTP_SSL):
    """The same with TLS from the start."""


class Replies:
    """What a server says, line by line, each reply within so many seconds; stands where smtplib has a file."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection, self._seconds = connection, seconds
        self._unread = b""
        self.begin()

    def begin(self) -> None:
        """Let the time and the length of another reply begin."""
        self._ends, self._left = time.monotonic() + self._seconds, _LONGEST_REPLY

    def readline(self, _limit: int) -> bytes:
        """Give the next line, or nothing at the end of the connection; raises TimeoutError."""
        try:
            while b"\n" not in self._unread and (more := self._receive()):
                self._unread += more
        finally:
            self._connection.settimeout(self._seconds)
        line, end, self._unread = self._unread.partition(b"\n")
        self._left -= len(line)
        return line + end

    def are_waiting(self) -> bool:
        """Whether there is something to read, be it the end of the connection."""
        if self._unread:
            return True
        self._connection.settimeout(0)
        try:
            self._connection.recv(1)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        finally:
            self._connection.settimeout(self._seconds)
        return True

    def close(self) -> None:
        """The connection is closed by whoever opened it."""

    def _receive(self) -> bytes:
        left = self._ends - time.monotonic()
        if left <= 0 or self._left <= len(self._unread):
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv(4096)
