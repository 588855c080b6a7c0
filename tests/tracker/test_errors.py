"""The site's own page for everything that goes wrong."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import path
from django.views.decorators.http import require_safe

from tests.conftest import Browser
from tracker import urls

pytestmark = pytest.mark.urls(__name__)
SECRET = "the-password-is-lemon"  # noqa: S105
WORDS = {
    400: "We could not understand that request",
    403: "Not allowed",
    404: "There is no such page",
    405: "This page can only be read",
    410: "That did not work",
    429: "That did not work",
    500: "Something broke on our side",
    502: "That did not work",
    503: "We cannot do that just now",
}
FAILURES = {
    "suspicious": (SuspiciousOperation(SECRET), 400),
    "forbidden": (PermissionDenied(SECRET), 403),
    "missing": (Http404(SECRET), 404),
    "broken": (RuntimeError(SECRET), 500),
}


def fail(_request: HttpRequest, name: str) -> HttpResponse:
    raise FAILURES[name][0]


def answer_empty(_request: HttpRequest, status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Cache-Control": "public, max-age=600", "Retry-After": "30"})


def answer_in_words(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("Own words.", status=404, content_type="text/plain")


def answer_in_json(_request: HttpRequest) -> HttpResponse:
    return JsonResponse({"title": "Not found"}, status=404, content_type="application/problem+json")


def answer_in_parts(_request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(iter([b"in ", b"parts"]), status=404)


@require_safe
def form(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("A form.")


urlpatterns = [
    *urls.urlpatterns,
    path("fail/<str:name>/", fail),
    path("empty/<int:status>/", answer_empty),
    path("words/", answer_in_words),
    path("json/", answer_in_json),
    path("parts/", answer_in_parts),
    path("form/", form),
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500


@pytest.fixture
def client() -> Iterator[Client]:
    client = Browser(enforce_csrf_checks=True)
    client.raise_request_exception = False
    yield client
    assert not client.cookies


def assert_own_page(response: Any, status: int) -> None:
    html = response.content.decode()
    assert response.status_code == status
    assert html.count("<h1") == 1
    assert f"<h1>{WORDS[status]}</h1>" in html
    assert f"<title>{WORDS[status]} – Pledge Tracker</title>" in html
    assert f"Error {status}" in html
    assert '<html lang="en-gb">' in html
    assert '<meta name="robots" content="noindex">' in html
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.headers["Content-Length"] == str(len(response.content))


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_gets_a_page_in_words_and_shows_nothing_of_itself(name: str, client: Client) -> None:
    response = client.get(f"/fail/{name}/")

    assert_own_page(response, FAILURES[name][1])
    assert SECRET not in response.content.decode()
    assert "Traceback" not in response.content.decode()


@pytest.mark.parametrize("status", WORDS)
def test_an_answer_without_a_page_gets_one_and_keeps_its_headers(status: int, client: Client) -> None:
    response = client.get(f"/empty/{status}/")

    assert_own_page(response, status)
    assert response.headers["Retry-After"] == "30"


@pytest.mark.parametrize(
    "address", [*(f"/fail/{name}/" for name in FAILURES), *(f"/empty/{status}/" for status in WORDS)]
)
def test_every_error_carries_the_security_headers(address: str, client: Client) -> None:
    headers = client.get(address).headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Strict-Transport-Security"].startswith("max-age=63072000")


@pytest.mark.parametrize("address", ["/fail/broken/", "/empty/500/", "/empty/502/", "/empty/503/"])
def test_an_error_of_ours_is_never_kept(address: str, client: Client) -> None:
    assert client.get(address).headers["Cache-Control"] == "no-store"


def test_an_error_of_the_visitors_is_kept_as_the_view_says(client: Client) -> None:
    assert client.get("/empty/410/").headers["Cache-Control"] == "public, max-age=600"


@pytest.mark.parametrize(("address", "content"), [("/words/", b"Own words."), ("/json/", b'{"title": "Not found"}')])
def test_an_error_with_words_of_its_own_keeps_them(address: str, content: bytes, client: Client) -> None:
    response = client.get(address)

    assert (response.status_code, response.content) == (404, content)
    assert not response.headers["Content-Type"].startswith("text/html")


def test_an_error_in_parts_keeps_them(client: Client) -> None:
    response = client.get("/parts/")

    assert (response.status_code, response.getvalue()) == (404, b"in parts")


def test_a_success_without_content_stays_empty(client: Client) -> None:
    assert client.get("/empty/204/").content == b""


def test_a_form_without_its_token_gets_a_page_that_says_what_to_do(client: Client) -> None:
    response = client.post("/form/", {"q": "lemons"})

    assert_own_page(response, 403)
    assert b"Go back, reload the page and send it again." in response.content


@pytest.mark.parametrize("address", ["/fail/missing/", "/fail/broken/", "/empty/405/"])
def test_head_of_an_error_is_its_get_without_a_body(address: str, client: Client) -> None:
    got, head = client.get(address), client.head(address)

    assert (head.status_code, head.headers, head.content) == (got.status_code, got.headers, b"")


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/?q=%00<script>alert(1)</script>", "/lemons-7f3a"])
def test_an_error_page_never_repeats_the_address(path: str, client: Client) -> None:
    html = client.get(path).content.decode()

    assert "alert(1)" not in html
    assert "lemons-7f3a" not in html
