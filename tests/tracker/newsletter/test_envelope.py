"""Messages as bytes with gaps: whatever they say, they read back the same, and nobody can put a line into their head."""

import unicodedata
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from pytest_django import Settings

from tests.tracker.newsletter.outbox import parts, read
from tracker.newsletter.envelope import (
    Envelope,
    Gap,
    Letter,
    UnusableAddressError,
    mail_address,
    message_id,
)

TOKEN, MARK = "t" * 32, "token-of-this-letter"
GAPS = {
    Gap.ADDRESS: b"lemon@reader.example",
    Gap.TOKEN: TOKEN.encode(),
    Gap.MESSAGE_ID: b"<1@tracker.test>",
    Gap.DATE: b"Wed, 25 Nov 2026 12:00:00 +0000",
}


def filled(**fields: Any) -> bytes:
    letter = Letter(
        **{"subject": "Lemons", "text": "Text.\n", "html": "<p>HTML</p>\n", "is_list": True, "mark": MARK, **fields}
    )
    return Envelope(letter).fill(GAPS)


def mail(**fields: Any) -> EmailMessage:
    return read(filled(**fields))


def test_a_message_of_a_list_has_the_headers_of_one() -> None:
    message = mail()

    assert message["From"] == "Pledge Tracker <editors@tracker.test>"
    assert message["To"] == "lemon@reader.example"
    assert message["Reply-To"] is None
    assert message["Message-ID"] == "<1@tracker.test>"
    assert message["Date"] == "Wed, 25 Nov 2026 12:00:00 +0000"
    assert message["List-ID"] == "<newsletter.tracker.test>"
    assert message["List-Unsubscribe"] == f"<https://tracker.test/newsletter/leave/{TOKEN}/>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Precedence"] == "bulk"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"


def test_another_message_has_none_of_a_list() -> None:
    assert not {name for name in mail(is_list=False).keys() if name.startswith(("List-", "Precedence"))}  # noqa: SIM118


def test_answers_go_to_the_contact_where_that_is_another_address(settings: Settings) -> None:
    settings.NEWSLETTER_FROM = "news@tracker.test"

    assert (mail()["From"], mail()["Reply-To"]) == ("Pledge Tracker <news@tracker.test>", "editors@tracker.test")


def test_a_name_that_is_not_english_reaches_the_reader(settings: Settings) -> None:
    settings.SITE_NAME = "Zitronen, süß & “sauer”"

    assert mail()["From"].addresses[0].display_name == "Zitronen, süß & “sauer”"


@pytest.mark.parametrize("text", ["Lemons\r\nBcc: lime@reader.example", "Lemons\nBcc: x", "Lemons\x00\x0b\rBcc: x"])
def test_no_text_gets_into_the_head(text: str, settings: Settings) -> None:
    settings.SITE_NAME = text

    message = mail(subject=text)

    assert message["Bcc"] is None
    assert "Bcc" in message["Subject"]


@given(subject=some.text(some.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=150))
def test_a_subject_reads_back_the_same(subject: str) -> None:
    composed = unicodedata.normalize("NFC", subject)  # the form of every text of the record

    assert "".join(str(mail(subject=composed)["Subject"]).split()) == "".join(composed.split())


LINES = some.lists(
    some.text(some.characters(exclude_categories=("Cs", "Cc")), max_size=200)
    | some.sampled_from([".", "..", "From ", f"a {MARK}", MARK * 2, "x" * 75, "x" * 76, "é" * 30, "= =3D "])
)


@given(lines=LINES)
def test_a_body_reads_back_the_same_with_its_gaps_filled(lines: list[str]) -> None:
    text = "\n".join([*lines, "end"]) + "\n"

    raw = filled(text=text, html=text)

    assert raw.isascii()
    assert all(len(line) <= 77 for line in raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    expected = text.replace(MARK, TOKEN)
    assert [part.replace("\r\n", "\n") for part in parts(read(raw))] == [expected, expected]


@pytest.mark.parametrize(
    ("address", "stands_as"),
    [
        ("lemon@reader.example", b"lemon@reader.example"),
        ("o'lemon+sour@reader.example", b"o'lemon+sour@reader.example"),
        ("lemon@zitronä.example", b"lemon@xn--zitron-gua.example"),
    ],
)
def test_an_address_stands_in_plain_letters(address: str, stands_as: bytes) -> None:
    assert mail_address(address) == stands_as


@pytest.mark.parametrize(
    "address",
    [
        "",
        "lemon",
        "a@b\r\nBcc: c@d",
        "a b@reader.example",
        "é@reader.example",
        "a@straße.example",
        "a@" + "ö" * 70 + ".example",
        "a@b>,<c@d",
        '"a"@b',
        "a@b\x00",
    ],
)
def test_an_address_that_would_break_the_head_is_refused(address: str) -> None:
    with pytest.raises(UnusableAddressError):
        mail_address(address)


def test_the_message_id_is_the_same_each_time_and_says_nothing() -> None:
    first = message_id("hash", "issue", 7)

    assert first == message_id("hash", "issue", 7)
    assert (
        len({first, message_id("hash", "issue", 8), message_id("hash", "notice", 7), message_id("other", "issue", 7)})
        == 4
    )
    assert b"hash" not in first
