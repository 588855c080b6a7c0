"""Messages as bytes: made once, with gaps for the little that differs from person to person.

Serialising is nearly all the work of sending a message, so the ten thousandth copy must not cost what the first did.
"""

import hashlib
import re
import secrets
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from enum import Enum

from django.conf import settings
from django.core.exceptions import ValidationError

from pledges.text import clean_line
from tracker.newsletter.addresses import ascii_domain
from tracker.newsletter.links import leave_address

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]+")


class Gap(Enum):
    """What differs from person to person."""

    ADDRESS = "address"
    TOKEN = "token"  # noqa: S105 (a name)
    MESSAGE_ID = "message id"
    DATE = "date"


class UnusableAddressError(Exception):
    """No mail server would take this address, or it would break the head of the message."""


@dataclass(frozen=True)
class Letter:
    """What one message says, before it is made into bytes; `is_list` when many get it and any may leave.

    `mark` stands in the text and the HTML where the token of a person will.
    """

    subject: str
    text: str
    html: str
    is_list: bool
    mark: str


class Envelope:
    """A letter as bytes with gaps."""

    def __init__(self, letter: Letter) -> None:
        self._parts = list(_joined([*_head(letter), *_body(letter)]))

    def fill(self, gaps: Mapping[Gap, bytes]) -> bytes:
        """Give one person's message, with the line ends of SMTP; `gaps` are plain ASCII without line ends."""
        return b"".join([part if isinstance(part, bytes) else gaps[part] for part in self._parts])


def new_mark() -> str:
    """Give a mark that nobody who writes a text can have put into it: a link of theirs would get everybody's token."""
    return f"token-{secrets.token_hex(16)}"


def mail_address(address: str) -> bytes:
    """Give an address as it stands in a message and in SMTP."""
    local, _at, domain = address.rpartition("@")
    try:
        plain = f"{local}@{ascii_domain(domain)}"
    except ValidationError as error:
        raise UnusableAddressError from error
    if not _ADDRESS.fullmatch(plain):
        raise UnusableAddressError
    return plain.encode("ascii")


def message_id(secret: str, kind: str, key: int) -> bytes:
    """Give the same for every try of a delivery, and nothing that says whose it is."""
    digest = hashlib.sha256(f"{secret} {kind} {key}".encode()).hexdigest()[:32]
    return f"<{digest}@{_host()}>".encode()


def date_line(now: datetime) -> bytes:
    return format_datetime(now).encode()


Part = bytes | Gap


def _head(letter: Letter) -> Iterator[Part]:
    yield _line("From", formataddr((clean_line(settings.SITE_NAME), settings.NEWSLETTER_FROM)))
    if settings.SITE_CONTACT != settings.NEWSLETTER_FROM:
        yield _line("Reply-To", clean_line(settings.SITE_CONTACT))
    yield from (b"To: ", Gap.ADDRESS, b"\r\n")
    yield _line("Subject", _encoded("Subject", letter.subject))
    yield from (b"Date: ", Gap.DATE, b"\r\nMessage-ID: ", Gap.MESSAGE_ID, b"\r\n")
    # Nobody's holiday notice answers what says so.
    yield _line("Auto-Submitted", "auto-generated")
    if letter.is_list:
        yield from _head_of_list(letter.mark)
    yield _line("MIME-Version", "1.0")
    yield _line("Content-Language", settings.LANGUAGE_CODE)


def _head_of_list(mark: str) -> Iterator[Part]:
    yield _line("List-ID", f"<newsletter.{_host()}>")
    before, after = leave_address(mark).split(mark)
    yield from (b"List-Unsubscribe: <", before.encode(), Gap.TOKEN, after.encode(), b">\r\n")
    yield _line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield _line("Precedence", "bulk")


def _body(letter: Letter) -> Iterator[Part]:
    # Not in either part: quoted-printable writes every "=" as "=3D".
    boundary = "=_" + hashlib.sha256(f"{letter.text}{letter.html}".encode()).hexdigest()[:24]
    yield _line("Content-Type", f'multipart/alternative; boundary="{boundary}"')
    for kind, text in (("plain", letter.text), ("html", letter.html)):
        yield f"\r\n--{boundary}\r\n".encode()
        yield _line("Content-Type", f'text/{kind}; charset="utf-8"')
        yield _line("Content-Transfer-Encoding", "quoted-printable")
        yield b"\r\n"
        yield from _quoted_printable(text, letter.mark)
    yield f"\r\n--{boundary}--\r\n".encode()


def _quoted_printable(text: str, mark: str) -> Iterator[Part]:
    # A gap stands alone between two soft line ends, so no line breaks within it or grows too long with it.
    pieces = text.replace("\n", "\r\n").split(mark)
    yield b2a_qp(pieces[0].encode(), istext=True)
    for piece in pieces[1:]:
        yield from (b"=\r\n", Gap.TOKEN, b"=\r\n")
        yield b2a_qp(piece.encode(), istext=True)


def _line(name: str, value: str) -> bytes:
    return f"{name}: {value}\r\n".encode("ascii")


def _encoded(name: str, value: str) -> str:
    return Header(clean_line(value), header_name=name).encode(linesep="\r\n")


def _host() -> str:
    return settings.SITE.hostname or ""


def _joined(parts: Iterable[Part]) -> Iterator[Part]:
    """Put neighbouring bytes together."""
    run = b""
    for part in parts:
        if isinstance(part, bytes):
            run += part
        else:
            yield from (run, part)
            run = b""
    yield run
