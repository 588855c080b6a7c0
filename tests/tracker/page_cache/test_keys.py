"""Which requests are for a reader's page, and under which address its answer is kept."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from tracker.page_cache.keys import Address

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
def test_what_django_must_judge_passes_through(other: dict[str, str]) -> None:
    assert ADDRESS.key(environ() | other) is None


@pytest.mark.parametrize(
    "path", ["/admin/", "/accounts/login/", "/static/x.css", "/media/0.png", "/healthz", "/readyz"]
)
def test_what_is_no_readers_page_passes_through(path: str) -> None:
    assert ADDRESS.key(environ(path)) is None


def test_https_is_believed_of_the_proxy() -> None:
    assert ADDRESS.key(environ(HTTP_X_FORWARDED_PROTO="https") | {"wsgi.url_scheme": "http"}) == "/pledges/"


def test_without_a_proxy_a_header_makes_no_https() -> None:
    alone = Address(urlsplit("https://tracker.test"), behind_proxy=False, session_cookie="session")

    assert alone.key(environ(HTTP_X_FORWARDED_PROTO="https") | {"wsgi.url_scheme": "http"}) is None


def test_an_editors_request_is_answered_anew() -> None:
    assert ADDRESS.key(environ(HTTP_COOKIE="a=b; session=lemons")) == ""


def test_the_usual_port_may_be_named() -> None:
    assert ADDRESS.key(environ(HTTP_HOST="tracker.test:443")) == "/pledges/"


@pytest.mark.parametrize("query", ["utm_source=lemons", "x", "topic2=a&Topic=b", "fbclid=1&fbclid=2"])
def test_parameters_that_a_page_does_not_know_are_not_in_its_address(query: str) -> None:
    assert ADDRESS.key(environ(query=query)) == "/pledges/"


def test_known_parameters_stand_in_one_order() -> None:
    first, second = (ADDRESS.key(environ(query=query)) for query in ("topic=a&rating=b&x=1", "rating=b&topic=a"))

    assert first == second == "/pledges/?rating=b&topic=a"


def test_a_page_that_knows_no_parameter_is_kept_once() -> None:
    assert ADDRESS.key(environ("/", query="rating=b")) == "/"


@pytest.mark.parametrize(
    "query", ["rating=%00", "x=%00", "rating=" + "a" * 2_000, "&".join(["rating=a"] * 50), "rating=%ff" + "%00"]
)
def test_a_question_that_django_must_refuse_is_answered_anew(query: str) -> None:
    assert ADDRESS.key(environ(query=query)) == ""


def test_a_question_mark_in_the_path_is_not_taken_for_a_query() -> None:
    assert ADDRESS.key(environ("/pledges/?rating=kept")) == ""


def test_an_address_that_leads_nowhere_with_a_query_is_answered_anew() -> None:
    assert ADDRESS.key(environ("/nowhere/", query="rating=b")) == ""
