"""A line for each answer that was made: what operators need and nothing about a person."""

import json
import logging
import threading
from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import Settings

from tracker import request_log
from tracker.logs import JsonFormatter, PathFilter
from tracker.request_log import SERVED, follow, known_path, route_of
from tracker.urls import urlpatterns as site_patterns

LETTER = "lemon-letter-0123456789"  # the part of an address that only its receiver knows


def confirm(_request: HttpRequest, token: str) -> HttpResponse:
    return HttpResponse(token)


urlpatterns = [path("newsletter/confirm/<token>/", confirm), *site_patterns]


@pytest.fixture(autouse=True)
def _addresses(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    request_log._page.cache_clear()


def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    environ[SERVED] = "made"
    start_response("200 OK", [("Content-Length", "7")])
    return [b"Lemons."]


def line_about(caplog: pytest.LogCaptureFixture, **environ: str) -> dict[str, Any]:
    with caplog.at_level(logging.INFO, "tracker.requests"):
        parts = follow(answer, {"REQUEST_METHOD": "GET", "PATH_INFO": "/", **environ}, lambda *_said: None)
    assert list(parts) == [b"Lemons."]
    (record,) = caplog.records
    line: dict[str, Any] = json.loads(JsonFormatter().format(record))
    return line


def test_a_line_says_what_operators_need(caplog: pytest.LogCaptureFixture) -> None:
    line = line_about(caplog, PATH_INFO="/pledges/", QUERY_STRING="sort=made&lemon=secret&sort=due")

    assert line.pop("at")
    assert 0 <= line.pop("ms") < 1000
    assert line == {
        "level": "info",
        "logger": "tracker.requests",
        "message": "answered",
        "method": "GET",
        "path": "/pledges/",
        "parameters": ["sort"],
        "status": 200,
        "bytes": 7,
        "served": "made",
    }


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (f"/newsletter/confirm/{LETTER}/", "/newsletter/confirm/…/"),
        (f"/newsletter/confirm/{LETTER}", "(no such page)"),
        ("/ada@lemons.example/", "(no such page)"),
        ("/pledges/lemons-for-all/", "/pledges/lemons-for-all/"),
        ("/static/css/site.0123.css", "/static/css/site.0123.css"),
        ("/static/ada@lemons.example", "(no such page)"),
        ("/pledges/\x1b[2J/", "(no such page)"),
        ("/\xff/", "(no such page)"),
    ],
)
def test_a_path_is_shown_as_far_as_it_is_ours_and_no_secret(asked: str, shown: str) -> None:
    assert known_path(asked, 200)[0] == shown


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        ("/pledges/anna-smith-lives-in-elm-street/", "/pledges/<slug:slug>/"),
        ("/admin/anna/smith/", "/admin/(?P<url>.*)$"),
        (f"/admin/newsletter/confirm/{LETTER}/", "/admin/(?P<url>.*)$"),
        ("/newsletter/issues/7/", "/newsletter/issues/(?P<number>[1-9][0-9]{0,8})/$"),
        ("/static/css/anna-smith.css", "/static/…"),
        ("/anna-smith/", "(no such page)"),
        ("/pledges/", "/pledges/"),
    ],
)
@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 405, 429, 500, 503])
def test_of_what_is_perhaps_no_page_the_pattern_is_shown(asked: str, route: str, status: int) -> None:
    assert known_path(asked, status)[0] == route_of(asked) == route


@pytest.mark.parametrize("status", [200, 304, 410, 451])
def test_a_page_that_is_or_was_there_is_named(status: int) -> None:
    assert known_path("/pledges/lemons-for-all/", status)[0] == "/pledges/lemons-for-all/"


def test_no_word_about_the_person(caplog: pytest.LogCaptureFixture) -> None:
    line = line_about(
        caplog,
        REMOTE_ADDR="192.0.2.7",
        HTTP_USER_AGENT="lemon\nbrowser",
        HTTP_COOKIE=LETTER,
        QUERY_STRING=f"q={LETTER}",
    )

    assert not {LETTER, "192.0.2.7", "lemon"} & set(json.dumps(line).replace('"', " ").split())


@pytest.mark.parametrize(
    ("method", "shown"), [("G\x1b[31m", "?"), ("ANNASMITH", "?"), ("get", "?"), ("TRACE", "TRACE")]
)
def test_a_made_up_method_is_not_repeated(method: str, shown: str, caplog: pytest.LogCaptureFixture) -> None:
    assert line_about(caplog, REQUEST_METHOD=method)["method"] == shown


def test_health_checks_leave_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "tracker.requests"):
        follow(answer, {"REQUEST_METHOD": "GET", "PATH_INFO": "/healthz"}, lambda *_said: None)

    assert not caplog.records


def test_ready_pages_are_counted(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    counters, asked = SimpleNamespace(hits=3), threading.Event()

    class OverError(Exception):
        pass

    def pause(_seconds: float) -> None:
        if asked.is_set():
            raise OverError
        asked.set()
        counters.hits += 40

    monkeypatch.setattr("tracker.request_log.time.sleep", pause)
    with caplog.at_level(logging.INFO, "tracker.requests"), pytest.raises(OverError):
        request_log._count(counters)

    assert [record.fields for record in caplog.records] == [{"hits": 40, "seconds": 10.0}]  # type: ignore[attr-defined]


def test_djangos_own_lines_show_no_secret_either() -> None:
    args = ("Service Unavailable", f"/newsletter/confirm/{LETTER}/")
    record = logging.LogRecord("django.request", logging.ERROR, "lemons.py", 1, "%s: %s", args, None)

    assert PathFilter().filter(record)
    assert record.getMessage() == "Service Unavailable: /newsletter/confirm/<token>/"
