"""Which requests are for a reader's page, and under which address its answer is kept."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tracker.page_cache.keys import Address, Kind

ADDRESS = Address(urlsplit("https://tracker.test"), behind_proxy=True, session_cookie="session")


def environ(path: str = "/pledges/", query: str = "", **headers: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "HTTP_HOST": "tracker.test",
        "wsgi.url_scheme": "https",
        **headers,
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_readers_page_is_kept_by_its_path(method: str) -> None:
    assert ADDRESS.key(environ(REQUEST_METHOD=method)) == "/pledges/"


@pytest.mark.parametrize(
    "other",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "TRACE"},
        {"HTTP_HOST": "evil.test"},
        {"HTTP_HOST": "tracker.test:8000"},
        {"wsgi.url_scheme": "http"},
        {"wsgi.url_scheme": "http", "HTTP_X_FORWARDED_PROTO": "http"},
    ],
)
@pytest.mark.parametrize("path", ["/pledges/", "/static/x.css", "/media/0.png", "/newsletter/confirm/lemon/"])
def test_what_django_must_judge_takes_the_readers_turn_and_no_editors(path: str, other: dict[str, str]) -> None:
    asked = environ(path) | other

    assert ADDRESS.key(asked) is None
    is_form = path.startswith("/newsletter/") and "REQUEST_METHOD" in other
    assert ADDRESS.kind(asked) == (Kind.FORM if is_form else Kind.PAGE)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/admin/", Kind.FORM),
        ("/accounts/login/", Kind.FORM),
        ("/static/x.css", Kind.FILE),
        ("/media/0.png", Kind.FILE),
        ("/healthz", Kind.PROBE),
        ("/readyz", Kind.PROBE),
        ("/csp-report", Kind.REPORT),
    ],
)
def test_what_is_no_readers_page_has_a_kind_of_its_own(path: str, kind: Kind) -> None:
    assert (ADDRESS.key(environ(path)), ADDRESS.kind(environ(path))) == (None, kind)


@pytest.mark.parametrize("path", ["/healthz/", "/healthz-lemon", "/readyz/lemon", "/staticlemon", "/csp-report/"])
def test_what_only_begins_like_a_quick_address_is_a_page(path: str) -> None:
    assert ADDRESS.key(environ(path)) == path


def test_a_probe_needs_no_https() -> None:
    assert ADDRESS.kind(environ("/healthz") | {"wsgi.url_scheme": "http"}) == Kind.PROBE


def test_https_is_believed_of_the_proxy() -> None:
    assert ADDRESS.key(environ(HTTP_X_FORWARDED_PROTO="https") | {"wsgi.url_scheme": "http"}) == "/pledges/"


def test_without_a_proxy_a_header_makes_no_https() -> None:
    alone = Address(urlsplit("https://tracker.test"), behind_proxy=False, session_cookie="session")

    assert alone.key(environ(HTTP_X_FORWARDED_PROTO="https") | {"wsgi.url_scheme": "http"}) is None


@pytest.mark.parametrize("cookies", ["session=lemons", "a=b; session=lemons", "a=b;session =lemons", " session="])
def test_an_editors_request_is_answered_anew(cookies: str) -> None:
    asked = environ(HTTP_COOKIE=cookies)

    assert (ADDRESS.key(asked), ADDRESS.kind(asked)) == (None, Kind.PAGE)


@pytest.mark.parametrize("cookies", ["mysession=1", "a=session=1", "session", "sessions=1", "a=b; mysession=1", ""])
def test_another_cookie_makes_nobody_an_editor(cookies: str) -> None:
    assert ADDRESS.key(environ(HTTP_COOKIE=cookies)) == "/pledges/"


def test_the_usual_port_may_be_named() -> None:
    assert ADDRESS.key(environ(HTTP_HOST="tracker.test:443")) == "/pledges/"


@pytest.mark.parametrize("query", ["utm_source=lemons", "x", "topic2=a&Topic=b", "fbclid=1&fbclid=2"])
def test_parameters_that_a_page_does_not_know_are_not_in_its_address(query: str) -> None:
    assert ADDRESS.key(environ(query=query)) == "/pledges/"


def test_known_parameters_stand_in_one_order() -> None:
    first, second = (ADDRESS.key(environ(query=query)) for query in ("topic=a&rating=b&x=1", "rating=b&topic=a"))

    assert first == second == "/pledges/?rating=b&topic=a"


@pytest.mark.parametrize(
    ("path", "query", "last"),
    [
        ("/pledges/lemon/card.png", "v=zz&v=2&v=1", "v=1"),
        ("/log/", "before=zz&before=5", "before=5"),
        ("/sitemap.xml", "p=zz&x=1&p=1", "p=1"),
        ("/pledges/", "q=a&topic=b&q=c", "q=c&topic=b"),
    ],
)
def test_of_a_repeated_parameter_only_the_last_is_in_the_address(path: str, query: str, last: str) -> None:
    assert ADDRESS.key(environ(path, query)) == f"{path}?{last}"


def test_a_page_that_knows_no_parameter_is_kept_once() -> None:
    assert ADDRESS.key(environ("/", query="rating=b")) == "/"


@pytest.mark.parametrize(
    "query", ["rating=%00", "x=%00", "rating=" + "a" * 2_000, "&".join(["rating=a"] * 50), "rating=%ff" + "%00"]
)
def test_a_question_that_django_must_refuse_is_answered_anew(query: str) -> None:
    asked = environ(query=query)

    assert (ADDRESS.key(asked), ADDRESS.kind(asked)) == (None, Kind.PAGE)


def test_a_question_mark_in_the_path_is_not_taken_for_a_query() -> None:
    assert ADDRESS.key(environ("/pledges/?rating=kept")) is None


def test_an_address_that_leads_nowhere_with_a_query_is_answered_anew() -> None:
    assert ADDRESS.key(environ("/nowhere/", query="rating=b")) is None
