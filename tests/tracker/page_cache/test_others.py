"""What no ready page answers: files, probes, reports, forms, and readers' pages made for one request."""

import time
from io import BytesIO
from typing import Any

import pytest

from tests.tracker.page_cache.stand_ins import Answer, Journal, Site, ask, make_environ
from tests.tracker.page_cache.test_turns import Streaming
from tracker.page_cache.unavailable import BUSY, SILENT
from tracker.page_cache.wrapper import PageCache
from tracker.requests import FAULT

SHEET, PICTURE = "/static/css/site.0123.css", "/media/" + "0" * 32 + ".png"


@pytest.fixture
def files(cache: PageCache, site: Site) -> PageCache:
    """The cache of a site with a style sheet and a picture."""
    cache._others.files.static = frozenset({SHEET})
    cache._others.files._has_picture = lambda path: path == PICTURE
    return cache


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the lines of the log say of how an answer came about."""
    served: list[str] = []
    monkeypatch.setattr("tracker.request_log._log.info", lambda _text, extra: served.append(extra["fields"]["served"]))
    return served


@pytest.mark.parametrize("accepted", ["", "br", "gzip"])
def test_a_static_file_is_asked_for_once_in_each_encoding(accepted: str, files: PageCache, site: Site) -> None:
    first, second = (ask(files, SHEET, HTTP_ACCEPT_ENCODING=accepted) for _ in range(2))

    assert first == second
    assert (first.body, site.renders) == (b"Lemons.", 1)
    assert site.asked[0]["HTTP_ACCEPT_ENCODING"] == accepted
    assert ask(files, SHEET, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == "304 Not Modified"


def test_every_static_file_is_ready_after_the_rehearsal(files: PageCache, site: Site) -> None:
    files.rehearse()
    site.renders = 0

    asked = [ask(files, SHEET, HTTP_ACCEPT_ENCODING=encoding).status for encoding in ("gzip", "br")]
    assert asked == ["200 OK", "200 OK"]
    assert site.renders == 0


def test_a_static_file_comes_without_the_database(files: PageCache, journal: Journal) -> None:
    ask(files, SHEET)
    journal.is_silent = True

    assert ask(files, SHEET).status == "200 OK"


def test_a_picture_is_kept_for_a_moment_only(files: PageCache, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.page_cache.files._PICTURE_FRESH_FOR", 0.1)
    ask(files, PICTURE), ask(files, PICTURE)
    assert site.renders == 1

    time.sleep(0.12)

    ask(files, PICTURE)
    assert site.renders == 2


@pytest.mark.parametrize("path", ["/static/lemon-{}.css", "/static/{}", "/media/lemon-{}.png", "/media/{}/"])
def test_files_that_are_not_there_cost_one_page(path: str, files: PageCache, site: Site) -> None:
    site.status = "404 Not Found"

    answers = [ask(files, path.format(number)) for number in range(9)]

    assert {(answer.status, answer.body) for answer in answers} == {("404 Not Found", b"Lemons.")}
    assert site.renders == 1
    assert not len(files.refusals)


def test_a_file_that_has_to_be_asked_for_waits_for_the_turn_of_files(files: PageCache, site: Site) -> None:
    files.turns.files.patience = 0.1
    with files.turns.files.one():
        assert ask(files, PICTURE).body == BUSY.encode()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_verdict_holds_for_a_second(path: str, cache: PageCache, site: Site) -> None:
    site.headers = [("Cache-Control", "no-store")]
    answers = [ask(cache, path, QUERY_STRING=str(number)) for number in range(9)]

    assert {answer.body for answer in answers} == {b"Lemons."}
    assert site.renders == 1

    cache._others._verdicts[path].expires_at = 0

    ask(cache, path)
    assert site.renders == 2


def test_while_one_works_out_a_verdict_the_others_get_the_last(cache: PageCache, site: Site) -> None:
    ask(cache, "/readyz")
    cache._others._verdicts["/readyz"].expires_at = 0
    site.body = b"Limes."

    with cache._others._asking:
        assert ask(cache, "/readyz").body == b"Lemons."
    assert ask(cache, "/readyz").body == b"Limes."


@pytest.mark.parametrize("asked", [{}, {"HTTP_COOKIE": "session=x"}])
def test_a_streamed_answer_holds_its_turn_until_the_server_closes_it(
    asked: dict[str, str], cache: PageCache, site: Site
) -> None:
    site.answer, site.headers = Streaming, []
    first, second = open_answer(cache, **asked), open_answer(cache, **asked)

    assert ask(cache, **asked).body == BUSY.encode()

    first.close()
    assert ask(cache, **asked).status == "200 OK"
    second.close()
    assert cache.turns.public._value == 8


def open_answer(cache: PageCache, **more: str) -> Any:
    """Give an answer as a server gets it, which passes its parts on and then closes it."""
    return cache(make_environ("/log/entries.jsonl", **more), lambda *_answer: None)


def send(cache: PageCache, path: str, body: bytes, **more: Any) -> tuple[Answer, dict[str, Any]]:
    environ = {"REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body)), "wsgi.input": BytesIO(body), **more}
    return ask(cache, path, **environ), environ


@pytest.mark.parametrize("path", ["/admin/", "/accounts/login/", "/newsletter/"])
def test_a_body_is_taken_in_before_the_turn(path: str, cache: PageCache, site: Site) -> None:
    class Body(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            assert cache.turns.forms._room._value == 3
            return super().read(size)

    send(cache, path, b"q=lemons", **{"wsgi.input": Body(b"q=lemons")})

    assert site.asked[0]["wsgi.input"] is not None
    assert site.asked[0][FAULT] is None


@pytest.mark.parametrize(
    ("path", "length"), [("/admin/", "12000001"), ("/newsletter/", "2500001"), ("/csp-report", "16385")]
)
def test_a_body_that_is_too_large_for_its_address_is_not_read(
    path: str, length: str, cache: PageCache, site: Site
) -> None:
    class Unread(BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            pytest.fail("The body was read.")

    send(cache, path, b"", **{"CONTENT_LENGTH": length, "wsgi.input": Unread()})

    assert site.asked[0][FAULT] == 413


def test_reports_take_turns_of_their_own(cache: PageCache, site: Site) -> None:
    held: list[tuple[int, int]] = []
    site.while_rendering = lambda: held.append((cache.turns.forms._room._value, cache.turns.slow_bodies._room._value))

    send(cache, "/csp-report", b"{}")
    with cache.turns.reports.one():
        answer, _ = send(cache, "/csp-report", b"{}")

    assert held == [(3, 2)]
    assert answer.body == BUSY.encode()


@pytest.mark.parametrize(
    ("path", "method"), [("/accounts/login/", "GET"), ("/accounts/login/", "POST"), ("/admin/", "POST")]
)
def test_a_form_that_is_refused_is_counted_and_said_so_in_the_log(
    path: str, method: str, cache: PageCache, logged: list[str]
) -> None:
    cache.turns.forms.patience = 0.1
    with cache.turns.forms.one(), cache.turns.forms.one():
        ask(cache, path, REQUEST_METHOD=method)

    assert cache.counters.refused == 1
    assert logged == ["refused: busy"]


def test_what_was_typed_is_given_back_to_one_at_a_time(cache: PageCache, site: Site, journal: Journal) -> None:
    journal.is_silent = True
    with cache.turns.returns.one():
        answer, _ = send(cache, "/admin/", b"q=lemons")
    assert (answer.body, site.asked[-1]["REQUEST_METHOD"]) == (SILENT.encode(), "GET")  # words without any text

    answer, _ = send(cache, "/admin/", b"q=lemons")

    assert (answer.body, site.asked[-1]["REQUEST_METHOD"]) == (SILENT.encode(), "POST")
    assert cache.counters.refused == 2


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ({"HTTP_COOKIE": "session=x"}, "made"),
        ({"HTTP_HOST": "evil.test"}, "made"),
        ({"path": "/static/lemon.css"}, "made"),
        ({"path": "/admin/"}, "passed on"),
    ],
)
def test_the_log_says_how_an_answer_came_about(
    asked: dict[str, str], served: str, cache: PageCache, logged: list[str]
) -> None:
    ask(cache, **asked)

    assert logged == [served]


def test_without_a_turn_a_page_made_for_one_is_refused_and_counted(cache: PageCache, logged: list[str]) -> None:
    cache.turns.renders.patience = 0.1
    with cache.turns.renders.one():
        assert ask(cache, HTTP_COOKIE="session=x").body == BUSY.encode()

    assert (cache.counters.refused, logged) == (1, ["refused: busy"])


@pytest.mark.parametrize("path", ["/healthz-lemon", "/readyz/lemon"])
def test_what_only_begins_like_a_probe_is_in_the_log(path: str, cache: PageCache, logged: list[str]) -> None:
    ask(cache, path)

    assert logged == ["made"]
