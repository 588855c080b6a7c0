"""Log lines hold what happened, whatever a visitor put into them."""

import json
import logging
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tracker.logs import JsonFormatter

HOSTILE = 'curl\r\n2026 INFO all is well\x1b[2J\x00\u2028\x85\ud800 "}'


def make_record(message: str, *args: Any, exc_info: Any = None) -> logging.LogRecord:
    return logging.LogRecord("tracker.lemons", logging.WARNING, "lemons.py", 1, message, args, exc_info)


def test_a_record_is_one_json_line() -> None:
    record = make_record("Asked by %s", "a reader")
    record.created = datetime(2025, 3, 3, 12, 30, 1, 250_000, UTC).timestamp()

    assert json.loads(JsonFormatter().format(record)) == {
        "at": "2025-03-03T12:30:01.250+00:00",
        "level": "warning",
        "logger": "tracker.lemons",
        "message": "Asked by a reader",
    }


@pytest.mark.parametrize(
    "record",
    [
        make_record(HOSTILE),
        make_record("Asked by %s", HOSTILE),
        make_record("Failed", exc_info=(ValueError, ValueError(HOSTILE), None)),
    ],
    ids=["message", "argument", "trace"],
)
def test_what_a_visitor_sent_stays_on_the_line_and_in_printable_signs(record: logging.LogRecord) -> None:
    line = JsonFormatter().format(record)

    assert line.isascii()
    assert line.isprintable()
    assert HOSTILE in "".join(json.loads(line).values())


def test_a_failure_brings_its_trace() -> None:
    line = JsonFormatter().format(make_record("Failed", exc_info=(ValueError, ValueError("no lemons"), None)))

    assert json.loads(line)["trace"].endswith("ValueError: no lemons")


ADDRESS, TOKEN = "reader@lemons.example", "x" * 24 + "-0_" + "y" * 8
PRIVATE = [
    f"Internal Server Error: /newsletter/confirm/{TOKEN}/",
    f"/newsletter/leave/{TOKEN}/?a=b",
    f"DETAIL:  Key (address)=({ADDRESS}) already exists.",
    f"SMTPRecipientsRefused: {{'{ADDRESS}': (550, b'<{ADDRESS}> no such lemon')}}",
    f"mailto:{ADDRESS}",
]


@pytest.mark.parametrize("said", PRIVATE)
def test_a_line_names_no_person(said: str) -> None:
    failure = (ValueError, ValueError(said), None)

    lines = JsonFormatter().format(make_record("%s", said, exc_info=failure))

    assert ADDRESS not in lines
    assert TOKEN not in lines


@pytest.mark.parametrize(
    "name", ["secret/reader", "secret=reader", "secret'reader", "{secret}|reader", "secret+reader"]
)
@pytest.mark.parametrize("around", ["Key (address)=({}) already exists.", "(7, {}, f, null)", "'{}'", '["{}"]', "<{}>"])
def test_no_part_of_a_name_stays(name: str, around: str) -> None:
    line = JsonFormatter().format(make_record("%s", around.format(f"{name}@lemons.example")))

    assert "secret" not in line
    assert "reader" not in line


def test_a_long_text_without_an_address_costs_little() -> None:
    begun = time.perf_counter()

    JsonFormatter().format(make_record("%s", "lemon" * 100_000))

    assert time.perf_counter() - begun < 2
