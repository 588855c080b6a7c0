"""Handing messages over to a real SMTP server that takes, defers, refuses, hangs and dies."""

import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.faults.smtp_sink import controller, taken
from tests.servers import find_free_port
from tests.tracker.newsletter.odd_server import server, usual
from tracker.environment import MailServer
from tracker.newsletter import mail_server
from tracker.newsletter.mail_server import (
    Courier,
    DeferredError,
    NotHandedOverError,
    NotSetError,
    RefusedError,
    UncertainError,
    UnreachableError,
    courier,
)

MESSAGE = b"Message-ID: <1@tracker.test>\r\n\r\nLemons.\r\n.\r\n..sour\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "taken"


@pytest.fixture
def post(file: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Courier]:
    """A courier to a sink that is running."""
    sink = controller(file, find_free_port())
    settings.MAIL_SERVER = MailServer("smtp", sink.hostname, sink.port)
    monkeypatch.setattr(mail_server, "TIME_OUT", 0.5)
    sink.start()
    given = courier()
    yield given
    given.close()
    sink.stop()


def error_of(post: Courier, name: str) -> NotHandedOverError:
    with pytest.raises(NotHandedOverError) as error:
        post.hand_over(f"{name}@reader.example".encode(), MESSAGE)
    return error.value


def test_many_messages_go_over_one_connection(post: Courier, file: Path) -> None:
    for number in range(3):
        post.hand_over(f"lemon{number}@reader.example".encode(), MESSAGE)

    assert taken(file) == [(f"lemon{number}@reader.example", "<1@tracker.test>") for number in range(3)]


def test_an_address_that_the_server_forwards_is_taken(post: Courier, file: Path) -> None:
    post.hand_over(b"moved@reader.example", MESSAGE)

    assert taken(file)[-1][0] == "moved@reader.example"


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("later", DeferredError, "450 4.2.0 at RCPT"),
        ("gone", RefusedError, "550 5.1.1 at RCPT"),
        ("spam", RefusedError, "550 5.7.1 at RCPT"),
        ("full", RefusedError, "552 5.2.2 at message"),
        ("slowly", DeferredError, "451 4.3.0 at message"),
        ("closing", UnreachableError, "421 4.7.0 at RCPT"),
        ("drop", UnreachableError, "SMTPServerDisconnected"),
        ("hang-early", UnreachableError, "SMTPServerDisconnected"),
        ("die", UncertainError, "SMTPServerDisconnected after the message"),
        ("hang", UncertainError, "SMTPServerDisconnected after the message"),
    ],
)
def test_what_goes_wrong_has_a_name_and_names_nobody(
    name: str, kind: type[NotHandedOverError], said: str, post: Courier, file: Path
) -> None:
    error = error_of(post, name)

    assert type(error) is kind
    assert str(error) == said
    post.hand_over(b"lemon@reader.example", MESSAGE)
    assert taken(file)[-1][0] == "lemon@reader.example"


@pytest.mark.parametrize(("name", "is_dead"), [("gone", True), ("spam", False), ("full", False)])
def test_only_a_mailbox_that_is_not_there_is_dead(name: str, is_dead: bool, post: Courier) -> None:  # noqa: FBT001
    error = error_of(post, name)

    assert isinstance(error, RefusedError)
    assert error.is_dead_mailbox is is_dead


def test_a_connection_that_the_server_ended_is_opened_again(post: Courier, file: Path) -> None:
    post.hand_over(b"lemon@reader.example", MESSAGE)
    assert isinstance(post, mail_server.SmtpCourier)
    assert post._smtp is not None
    assert post._smtp.sock is not None
    post._smtp.sock.shutdown(socket.SHUT_RDWR)

    post.hand_over(b"lime@reader.example", MESSAGE)

    assert len(taken(file)) == 2


def test_a_server_that_is_not_there_or_says_nothing_is_unreachable(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "TIME_OUT", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        for port in (find_free_port(), silent.getsockname()[1]):
            settings.MAIL_SERVER = MailServer("smtp", "127.0.0.1", port)

            assert isinstance(error_of(courier(), "lemon"), UnreachableError)


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtps"])
def test_nothing_is_said_in_clear_to_a_server_that_should_encrypt(
    scheme: str, post: Courier, file: Path, settings: Settings
) -> None:
    plain = settings.MAIL_SERVER
    assert plain is not None
    settings.MAIL_SERVER = MailServer(scheme, plain.host, plain.port, "lemon", "sour")

    assert isinstance(error_of(courier(), "lemon"), UnreachableError)
    assert taken(file) == []


def test_a_line_that_begins_with_a_dot_arrives_with_one(settings: Settings) -> None:
    with server(lambda line: [usual(line)], settings) as lines:
        post = courier()
        post.hand_over(b"lemon@reader.example", MESSAGE)
        post.close()

    body = lines[lines.index(b"DATA") + 1 :]
    assert body[2:6] == [b"Lemons.", b"..", b"...sour", b"."]


def drop_by_drop(line: bytes) -> Iterator[bytes]:
    for letter in b"250 OK, " + b"and so on, " * 30:
        time.sleep(0.1)
        yield bytes([letter])


def without_end(line: bytes) -> Iterator[bytes]:
    while True:
        yield b"250-and another thing\r\n" * 100


@pytest.mark.parametrize("speech", [drop_by_drop, without_end])
@pytest.mark.parametrize("at", [b"", b"ehlo", b"MAIL", b"RCPT", b"DATA", b"."])
def test_an_answer_without_an_end_holds_nobody(
    speech: Callable[[bytes], Iterator[bytes]], at: bytes, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "TIME_OUT", 0.4)
    begun = time.monotonic()

    def answers(line: bytes) -> Iterable[bytes]:
        return speech(line) if line[:4] == at else [usual(line)]

    with server(answers, settings):
        error = error_of(courier(), "lemon")

    assert type(error) is (UncertainError if at == b"." else UnreachableError)
    assert time.monotonic() - begun < 3


def test_nonsense_where_an_answer_is_decoded_is_a_server_that_does_not_work(settings: Settings) -> None:
    said = {b"ehlo": b"250-Hi\r\n250 AUTH LOGIN\r\n", b"AUTH": b"334 a\r\n"}

    with server(lambda line: [said.get(line[:4], usual(line))], settings, "lemon", "sour"):
        assert type(error_of(courier(), "lemon")) is UnreachableError


@pytest.mark.parametrize("at", [b"MAIL", b"RCPT", b"DATA"])
def test_answers_to_nothing_are_never_taken_for_those_of_a_message(at: bytes, settings: Settings) -> None:
    with server(lambda line: [usual(line) + b"250 OK\r\n" * 2 if line[:4] == at else usual(line)], settings) as lines:
        assert type(error_of(courier(), "lemon")) is UnreachableError

    assert b"Lemons." not in lines


def test_an_answer_to_nothing_after_a_message_begins_a_new_connection(settings: Settings) -> None:
    with server(lambda line: [usual(line) * (2 if line == b"." else 1)], settings) as lines:
        post = courier()
        for _round in range(2):
            post.hand_over(b"lemon@reader.example", MESSAGE)
        post.close()

    assert [line[:4] for line in lines].count(b"ehlo") == 2
    assert lines.count(b".") == 2


def test_files_come_into_a_folder_of_ones_own(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_SERVER = MailServer("file", folder=tmp_path / "new" / "mail")

    courier().hand_over(b"lemon@reader.example", MESSAGE)

    whole, readable = sorted((tmp_path / "new" / "mail").iterdir())
    assert whole.read_bytes() == MESSAGE
    assert b"Lemons.\n" in readable.read_bytes()
    assert (whole.suffix, readable.suffix) == (".eml", ".txt")
    assert "lemon" not in whole.name


def test_a_folder_that_cannot_be_written_is_unreachable(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "mail").touch()
    settings.MAIL_SERVER = MailServer("file", folder=tmp_path / "mail")

    assert isinstance(error_of(courier(), "lemon"), UnreachableError)


def test_without_email_url_there_is_no_courier(settings: Settings) -> None:
    settings.MAIL_SERVER = None

    with pytest.raises(NotSetError, match="EMAIL_URL is not set"):
        courier()
