"""Handing messages over: to the SMTP server or the folder of EMAIL_URL, and what can go wrong while doing so.

Nothing that a server says is kept but its code: its sentences name addresses.
"""

import re
import secrets
import ssl
from contextlib import suppress
from email import message_from_bytes, policy
from functools import partial
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils import timezone

from tracker.environment import MailServer
from tracker.newsletter.smtp import Smtp, SmtpOverTls

TIME_OUT = 10  # seconds for each answer
_ENHANCED = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
_NOBODY_THERE = re.compile(rb"5\.1\.(?:1|2|3|6|10)\b|5\.2\.1\b")  # RFC 3463: no such mailbox or domain, or disabled
# What smtplib fails with: a server that says nonsense where an answer is to be decoded makes it raise a ValueError.
_FAILURES = (OSError, ValueError)
_OK, _WILL_FORWARD, _GO_ON, _CLOSING = 250, 251, 354, 421
_DEFERRED, _REFUSED, _END = 400, 500, 600


class NotHandedOverError(Exception):
    """A message was not, or perhaps not, handed over; the text says at which step and with which code."""


class UnreachableError(NotHandedOverError):
    """The server does not work with us at present, whatever the message: nothing was handed over."""


class DeferredError(NotHandedOverError):
    """This message may be tried again later."""


class RefusedError(NotHandedOverError):
    """This message will never be taken; `is_dead_mailbox` when that is because nobody gets mail there."""

    def __init__(self, what: str, *, is_dead_mailbox: bool) -> None:
        super().__init__(what)
        self.is_dead_mailbox = is_dead_mailbox


class UncertainError(NotHandedOverError):
    """The connection ended after the whole message was on its way: it may have arrived."""


class NotSetError(Exception):
    """EMAIL_URL is not set."""

    def __init__(self) -> None:
        super().__init__("EMAIL_URL is not set, so nothing can be sent. The table in README.md says what it should be.")


class Courier(Protocol):
    """Takes whole messages, one after the other."""

    def hand_over(self, recipient: bytes, message: bytes) -> None:
        """Return once the message is taken; raises NotHandedOverError."""

    def close(self) -> None: ...


def courier() -> Courier:
    """Give the one that EMAIL_URL asks for; it connects when it has something to hand over."""
    server = settings.MAIL_SERVER
    if server is None:
        raise NotSetError
    return MailFolder(server.folder) if server.folder else SmtpCourier(server)


class MailFolder:
    """Leaves every message as a file for a mail program, and beside it what it says, for people."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hand_over(self, recipient: bytes, message: bytes) -> None:  # noqa: ARG002 (it stands in the message)
        name = f"{timezone.localtime():%Y-%m-%d-%H%M%S}-{secrets.token_hex(4)}"
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / f"{name}.txt").write_text(_as_read(message))
            (self._folder / f"{name}.eml").write_bytes(message)
        except OSError as error:
            raise UnreachableError(type(error).__name__) from error

    def close(self) -> None:
        """Nothing is open."""


def _as_read(message: bytes) -> str:
    parsed = message_from_bytes(message, policy=policy.default)
    text = parsed.get_body(["plain"])
    head = "".join(f"{name}: {parsed[name]}\n" for name in ("From", "To", "Subject"))
    said = text.get_content() if text else ""
    return f"{head}\n{said}".replace("\r\n", "\n")


class SmtpCourier:
    """Keeps one connection for many messages."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._smtp: Smtp | None = None

    def hand_over(self, recipient: bytes, message: bytes) -> None:
        smtp = self._begin()
        try:
            self._judge("RCPT", *smtp.docmd(f"RCPT TO:<{recipient.decode('ascii')}>"), wanted={_OK, _WILL_FORWARD})
            self._judge("DATA", *smtp.docmd("DATA"), wanted={_GO_ON})
            smtp.refuse_surplus()
        except _FAILURES as error:
            raise self._lost(error) from error
        try:
            smtp.send(message.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            answer = smtp.getreply()
        except OSError as error:
            self._drop()
            raise UncertainError(f"{type(error).__name__} after the message") from error
        self._judge("message", *answer, wanted={_OK})

    def close(self) -> None:
        if self._smtp is not None:
            with suppress(OSError):
                self._smtp.quit()
        self._drop()

    def _begin(self) -> Smtp:
        """Begin a message on the connection there is, or on a new one: a server may end one at any time."""
        try:
            if self._smtp is not None and _begin_message(self._smtp)[0] == _OK:
                return self._smtp
        except _FAILURES:
            pass
        self._drop()
        try:
            smtp = self._connect()
            code, reply = _begin_message(smtp)
        except _FAILURES as error:
            raise self._lost(error) from error
        if code != _OK:
            self._drop()
            raise UnreachableError(_what("MAIL", code, reply))
        return smtp

    def _connect(self) -> Smtp:
        # Named like the site, not like the machine it runs on.
        server, name = self._server, settings.SITE.hostname
        kind = partial(SmtpOverTls, context=_tls()) if server.scheme == "smtps" else Smtp
        self._smtp = smtp = kind(server.host, server.port, name, timeout=TIME_OUT)
        if server.scheme == "smtp+tls":
            smtp.starttls(context=_tls())
        smtp.ehlo_or_helo_if_needed()
        if server.user:
            smtp.login(server.user, server.password)
        return smtp

    def _judge(self, step: str, code: int, reply: bytes, *, wanted: set[int]) -> None:
        if code in wanted:
            return
        what = _what(step, code, reply)
        if not _DEFERRED <= code < _END or code == _CLOSING:
            self._drop()
            raise UnreachableError(what) if code == _CLOSING or step != "message" else UncertainError(what)
        self._reset()
        if code < _REFUSED:
            raise DeferredError(what)
        raise RefusedError(what, is_dead_mailbox=step == "RCPT" and bool(_NOBODY_THERE.match(reply)))

    def _reset(self) -> None:
        try:
            if self._smtp is not None and self._smtp.rset()[0] != _OK:
                self._drop()
        except OSError:
            self._drop()

    def _lost(self, error: OSError | ValueError) -> UnreachableError:
        self._drop()
        return UnreachableError(f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip())

    def _drop(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            smtp.close()


def _begin_message(smtp: Smtp) -> tuple[int, bytes]:
    return smtp.docmd(f"MAIL FROM:<{settings.NEWSLETTER_FROM}>")


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _what(step: str, code: int, reply: bytes) -> str:
    enhanced = _ENHANCED.match(reply)
    return f"{code} {enhanced[0].decode() if enhanced else ''} at {step}".replace("  ", " ")
