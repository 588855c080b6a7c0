"""Requests that no reader sends: each gets the site's own page, and nothing happens.

Tests without the database mark also prove that the database is not asked: pytest-django would refuse.
"""

from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.test import Client

from tests.conftest import Browser
from tests.factories import make_published_pledge

FORM = "application/x-www-form-urlencoded"
READ_ONLY = ["/", "/pledges/lemon/", "/healthz", "/readyz"]


def assert_own_page(response: Any, status: int, words: str) -> None:
    """A whole page in our words, with the headers of every answer, without a cookie and without a trace."""
    html = response.content.decode()
    assert response.status_code == status
    assert words in html
    assert html.count("<h1") == 1
    assert "Pledge Tracker</title>" in html
    assert "Traceback" not in html
    assert not response.cookies
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


@pytest.mark.parametrize("query", ["q=%00", "q=a%00b", "a%00b=1", "q=lemons&page=1%00", "q=&q=%00", "%00"])
@pytest.mark.parametrize("path", ["/", "/pledges/", "/pledges/lemon/", "/healthz", "/admin/login/", "/nowhere"])
def test_nul_in_a_parameter_is_refused_on_every_address(path: str, query: str, client: Client) -> None:
    response = client.get(f"{path}?{query}")

    assert_own_page(response, 400, "The search contains a character we cannot use.")


@pytest.mark.parametrize("body", ["q=%00", "a%00=1", "q=a\x00b", "csrfmiddlewaretoken=%00"])
@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/admin/nowhere"])
def test_nul_in_a_form_field_is_refused_where_forms_are_read(path: str, body: str, client: Client) -> None:
    response = client.post(path, body, content_type=FORM)

    assert_own_page(response, 400, "The search contains a character we cannot use.")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["q=%01", "q=%0a", "q=\u2028", "q=%ff", "q=0", "q=%2500"])
def test_other_characters_of_a_parameter_are_left_to_the_page(query: str, client: Client) -> None:
    assert client.get(f"/?{query}").status_code == 200


@pytest.mark.parametrize(
    "path", ["/%00", "/pledges/%00/", "/pledges/a%00b/", "/admin/%00/", "/%ff", "/pledges/%ff/", "/%0d%0aa:%20b"]
)
def test_a_path_of_unusable_characters_is_not_found(path: str, client: Client) -> None:
    assert_own_page(client.get(path), 404, "There is no such page")


@pytest.mark.parametrize(
    "path", ["/%2f..%2f", "/..%2f..%2fetc/passwd", "/static/..%2f..%2fmanage.py", "/static/../manage.py"]
)
def test_a_path_that_climbs_is_not_found(path: str, client: Client) -> None:
    assert_own_page(client.get(path), 404, "There is no such page")


def test_too_many_parameters_are_refused(client: Client) -> None:
    assert_own_page(client.get("/?" + "a=1&" * 1100), 400, "We could not understand that request")


@pytest.mark.parametrize("body", ["a=1&" * 1100, "a=" + "x" * 3_000_000])
@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/", "/admin/nowhere"])
def test_too_large_a_form_is_refused_where_forms_are_read(path: str, body: str, client: Client) -> None:
    response = client.post(path, body, content_type=FORM)

    assert_own_page(response, 400, "We could not understand that request")


@pytest.mark.django_db
@pytest.mark.parametrize("fields", [{f"field{number}": "1" for number in range(1100)}, {"username": "x" * 3_000_000}])
def test_too_large_a_form_in_parts_is_refused_where_forms_are_read(fields: dict[str, str]) -> None:
    response = Browser().post("/accounts/login/", fields)

    assert_own_page(response, 400, "We could not understand that request")


@pytest.mark.parametrize(("path", "status"), [("/", 405), ("/nowhere", 404), ("/healthz", 405)])
def test_a_readers_page_reads_no_body(path: str, status: int, client: Client) -> None:
    class Unread(BytesIO):
        def read(self, *_size: int | None) -> bytes:
            pytest.fail("The body was read.")

    request: Any = {"CONTENT_TYPE": FORM, "CONTENT_LENGTH": "9", "wsgi.input": Unread()}
    response = client.generic("POST", path, **request)

    assert response.status_code == status


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/admin/"])
def test_a_body_that_is_too_large_is_refused_unread(path: str, client: Client) -> None:
    response = client.post(path, CONTENT_TYPE="multipart/form-data; boundary=x", CONTENT_LENGTH="12000001")

    assert_own_page(response, 413, "That is too much")


@pytest.mark.parametrize("path", ["/", "/newsletter/", "/accounts/login/", "/admin/"])
@pytest.mark.parametrize(
    ("length", "status", "words"),
    [
        *((length, 400, "We could not understand that request") for length in ("1e3", "-1", "+1", "²", "a", "1,1")),
        *((length, 413, "That is too much") for length in ("9" * 21, "9" * 5000)),
    ],
)
def test_a_length_that_is_no_usable_number_is_refused(
    length: str, status: int, words: str, path: str, client: Client
) -> None:
    response = client.post(path, b"a=b", content_type=FORM, CONTENT_LENGTH=length)

    assert_own_page(response, status, words)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/nowhere", "/healthz"])
@pytest.mark.parametrize("name", [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, "messages"])
def test_no_cookie_makes_a_readers_page_set_one(path: str, name: str, client: Client) -> None:
    client.cookies[name] = "zzz"

    response = client.get(path)

    assert not response.cookies
    assert "Vary" not in response.headers


@pytest.mark.django_db
@pytest.mark.parametrize("value", ['"\\000aaaaaaaaaaaa"', "x" * 5000, "é", "../../etc/passwd"])
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/accounts/login/"])
def test_a_session_cookie_that_can_be_none_is_left_out(path: str, value: str, client: Client) -> None:
    response = client.get(path, HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={value}")

    assert response.status_code in {200, 302}


@pytest.mark.parametrize(
    "path", ["//evil.test/x", "//evil.test", "///evil.test/", "/%2f/evil.test", "/\\evil.test/pledges"]
)
def test_a_path_that_looks_like_a_host_leads_nowhere(path: str, client: Client) -> None:
    response = client.get("/", PATH_INFO=unquote(path))

    assert_own_page(response, 404, "There is no such page")


@pytest.mark.parametrize("path", ["/pledges/lemon", "/admin"])
def test_a_missing_slash_is_added_on_this_host_only(path: str, client: Client) -> None:
    response = client.get(path, {"q": "//evil.test"})

    assert response.status_code == 301
    assert response.headers["Location"] == f"{path}/?q=%2F%2Fevil.test"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/", "/pledges/lemon/", "/pledges/lemon", "/nowhere", "/healthz", "/admin/login/"])
@pytest.mark.parametrize("host", ["evil.test", "tracker.test.evil.test", "evil.test:443", "tracker.test@evil.test", ""])
def test_another_host_is_refused(host: str, path: str, client: Client) -> None:
    response = client.get(path, HTTP_HOST=host)

    assert_own_page(response, 400, "We could not understand that request")
    assert "evil.test" not in response.content.decode()


def test_another_host_is_refused_and_not_sent_on_to_https() -> None:
    response = Client().get("/", HTTP_HOST="evil.test")

    assert_own_page(response, 400, "We could not understand that request")


def test_an_unsafe_request_is_sent_on_to_https_with_the_headers_of_every_answer() -> None:
    response = Client().get("/pledges/lemon/?q=a", HTTP_HOST="tracker.test")

    assert response.status_code == 301
    assert response.headers["Location"] == "https://tracker.test/pledges/lemon/?q=a"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", READ_ONLY)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "CONNECT", "FOO"])
def test_a_page_can_only_be_read(method: str, path: str, client: Client) -> None:
    response = client.generic(method, path)

    assert_own_page(response, 405, "This page can only be read")
    assert response.headers["Allow"] == "GET, HEAD"


SCANS = [
    *["/.env", "/.git/config", "/wp-login.php", "/admin.php", "/phpmyadmin/", "/.well-known/", "/pledges/lemon/.env"],
    *["/cgi-bin/x", "/server-status", "/static/.env", "/media/x.php", "/favicon.ico", "/x" * 500, "/pledges/a.b/"],
]


@pytest.mark.parametrize("path", SCANS)
def test_a_scan_finds_nothing_and_asks_no_database(path: str, client: Client) -> None:
    assert_own_page(client.get(path), 404, "There is no such page")


@pytest.mark.parametrize("path", ["/nowhere", "/pledges/lemon", "/?q=%00", "/healthz"])
def test_head_is_answered_as_get_without_a_body(path: str, client: Client) -> None:
    got, head = client.get(path), client.head(path)

    assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


@pytest.mark.django_db
def test_head_of_a_pledge_is_answered_as_get_without_a_body(client: Client) -> None:
    path = f"/pledges/{make_published_pledge().slug}/"

    got, head = client.get(path), client.head(path)

    assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")
    assert head.status_code == 200


def test_a_style_sheet_carries_the_headers_of_every_answer(client: Client) -> None:
    response = client.get("/static/css/base.css")
    assert b"@layer" in response.getvalue()

    assert response.status_code == 200
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
