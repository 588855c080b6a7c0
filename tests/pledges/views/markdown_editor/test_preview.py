"""The preview shows what readers will see, or says why it cannot."""

import re
import time

import pytest
from django.test import Client

from pledges.markdown import MAX_LENGTH, render
from tests.pledges.views.markdown_editor.writing import PREVIEW, reasons

pytestmark = pytest.mark.django_db

HOSTILE = (
    "<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)> ![x](https://evil.test/p.png)"
)


@pytest.mark.parametrize("text", ["# A *lemon*", "", "a[^1]\n\n[^1]: b", "| a |\n|---|\n| b |", HOSTILE])
def test_the_preview_is_what_readers_will_see(text: str, writer: Client) -> None:
    response = writer.post(PREVIEW, {"content": text})

    assert (response.status_code, response.content.decode()) == (200, render(text))
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]


def test_the_preview_runs_nothing(writer: Client) -> None:
    html = writer.post(PREVIEW, {"content": HOSTILE}).content.decode()

    assert not re.search(r"<script|<img[^>]*(onerror|src)|href=\"javascript", html)


def test_the_preview_drops_what_saving_drops(writer: Client) -> None:
    html = writer.post(PREVIEW, {"content": "a\x00\x0bb\r\nc\ufffe"}).content.decode()

    assert html == "<p>ab\nc</p>\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" * (MAX_LENGTH + 1), "This text has 60001 characters; the most is 60000."),
        ("[" * 10_000, "This text has 10000 “[” signs; the most is 500."),
        ("<a " * 10_000, "This text has 10000 “<” signs; the most is 500."),
        (">" * 200 + " x", "Quotes and lists may be nested 20 deep at the most."),
    ],
)
def test_a_text_that_could_not_be_saved_has_no_preview(text: str, reason: str, writer: Client) -> None:
    began = time.perf_counter()
    response = writer.post(PREVIEW, {"content": text})

    assert (response.status_code, reasons(response)) == (400, [reason])
    assert time.perf_counter() - began < 1


def test_a_preview_of_nothing_is_refused(writer: Client) -> None:
    response = writer.post(PREVIEW, {"text": "x"})

    assert (response.status_code, reasons(response)) == (400, ["There is no text to show."])


def test_a_text_of_3_megabytes_is_refused_in_words(writer: Client) -> None:
    response = writer.post(PREVIEW, {"content": "a" * 3_000_000})

    assert response.status_code == 400
    assert b"<h1>" in response.content
