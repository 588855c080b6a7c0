"""What the real server answers to requests that no browser sends."""

import json
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.both_databases import DATABASE
from tests.processes import new_database
from tests.servers import PATIENCE, serve

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="One server is enough: it brings its own database.")


@dataclass(frozen=True)
class Wire:
    """What sends bytes to a gunicorn of our own."""

    port: int
    log: Path

    @property
    def host(self) -> bytes:
        return b"Host: 127.0.0.1:%d\r\n" % self.port

    def ask(self, line: bytes, headers: bytes | None = None, body: bytes = b"") -> "Answer":
        """Send a request byte for byte and give the whole answer."""
        headers = self.host if headers is None else headers
        with socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as connection:
            connection.sendall(line + b"\r\n" + headers + b"Connection: close\r\n\r\n" + body)
            with connection.makefile("rb") as answer:
                return Answer(answer.read())


@dataclass(frozen=True)
class Answer:
    raw: bytes

    @property
    def status(self) -> int:
        return int(self.raw.split(b" ", 2)[1])

    @property
    def head(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[0].decode("latin-1")

    @property
    def body(self) -> str:
        return self.raw.partition(b"\r\n\r\n")[2].decode()


@pytest.fixture(scope="module")
def server(migrated_url: str, collected_files: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wire]:
    folder = tmp_path_factory.mktemp("gunicorn")
    url = new_database("tracker", folder, like=migrated_url)
    with serve(url, folder, static=collected_files, WEB_CONCURRENCY="1", GUNICORN_LOG_LEVEL="debug") as server:
        yield Wire(server.port, folder / "log")


def test_a_page_is_served_with_its_headers_and_no_cookie(server: Wire) -> None:
    answer = server.ask(b"GET / HTTP/1.1")

    assert answer.status == 200
    assert "default-src 'none'" in answer.head
    assert "Set-Cookie" not in answer.head
    assert answer.body.count("<h1") == 1


def test_head_is_answered_without_a_body_and_without_a_word_in_the_log(server: Wire) -> None:
    answer = server.ask(b"HEAD / HTTP/1.1")

    assert (answer.status, answer.body) == (200, "")
    assert "HEAD" not in server.log.read_text()


@pytest.mark.parametrize("length", [4200, 5000])
def test_a_request_line_that_is_too_long_is_refused(length: int, server: Wire) -> None:
    assert server.ask(b"GET /".ljust(length, b"a") + b" HTTP/1.1").status == 414


def test_a_request_line_within_the_bound_is_answered_by_the_site(server: Wire) -> None:
    answer = server.ask(b"GET /".ljust(4000, b"a") + b" HTTP/1.1")

    assert answer.status == 404
    assert "There is no such page" in answer.body


@pytest.mark.parametrize(("more", "status"), [(98, 200), (99, 431)])
def test_more_than_100_headers_are_refused(more: int, status: int, server: Wire) -> None:
    headers = server.host + b"".join(b"X-Lemon-%d: 1\r\n" % number for number in range(more))  # and Connection

    assert server.ask(b"GET /healthz HTTP/1.1", headers).status == status


@pytest.mark.parametrize(("length", "status"), [(8000, 200), (9000, 431)])
def test_a_header_that_is_too_long_is_refused(length: int, status: int, server: Wire) -> None:
    headers = server.host + b"X-Lemon: " + b"a" * length + b"\r\n"

    assert server.ask(b"GET /healthz HTTP/1.1", headers).status == status


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        b"Content-Length: 5\r\nContent-Length: 6\r\n",
        b"Content-Length: 5\r\nContent-Length: 5\r\n",
        b"Content-Length: +5\r\n",
        b"Content-Length: -5\r\n",
        b"Transfer-Encoding: chunked, identity\r\n",
        b"Transfer-Encoding : chunked\r\n",
    ],
)
def test_a_body_of_two_lengths_is_refused(headers: bytes, server: Wire) -> None:
    assert server.ask(b"POST / HTTP/1.1", server.host + headers, b"0\r\n\r\n").status == 400


@pytest.mark.parametrize("second", [b"Host: evil.test\r\n", b"", b"host: evil.test\r\n"])
def test_two_hosts_are_refused(second: bytes, server: Wire) -> None:
    assert server.ask(b"GET / HTTP/1.1", server.host + (second or server.host)).status == 400


def test_another_host_gets_the_sites_own_refusal(server: Wire) -> None:
    answer = server.ask(b"GET / HTTP/1.1", b"Host: evil.test\r\n")

    assert answer.status == 400
    assert "We could not understand that request" in answer.body
    assert "evil.test" not in answer.raw.decode()


@pytest.mark.parametrize(
    "line",
    [
        *[
            b"get / HTTP/1.1",
            b"Get / HTTP/1.1",
            b"G\x1b[31mT / HTTP/1.1",
            b"GET / HTTP/9.9",
            b"GET /",
            b"GET  / HTTP/1.1",
        ],
        *[b"GET /a\x00b HTTP/1.1", b"GET /?q=a\x00b HTTP/1.1", b"GET /\x1b[2J HTTP/1.1", b"GET / HTTP/1.1\rX: 1"],
    ],
)
def test_a_malformed_request_line_is_refused(line: bytes, server: Wire) -> None:
    assert server.ask(line).status == 400


@pytest.mark.parametrize("header", [b"X-Lemon: a\x00b", b"X-Lemon : a", b" X-Lemon: a", b"X-Lemon", b"X-Lemon: a\rb"])
def test_a_malformed_header_is_refused(header: bytes, server: Wire) -> None:
    assert server.ask(b"GET / HTTP/1.1", server.host + header + b"\r\n").status == 400


@pytest.mark.parametrize("method", [b"POST", b"PUT", b"DELETE", b"PATCH", b"TRACE", b"OPTIONS", b"FOO"])
def test_a_page_can_only_be_read(method: bytes, server: Wire) -> None:
    answer = server.ask(method + b" / HTTP/1.1")

    assert answer.status == 405
    assert "Allow: GET, HEAD" in answer.head
    assert "This page can only be read" in answer.body


@pytest.mark.parametrize(
    ("path", "status"),
    [(b"/?q=%00", 400), (b"/%00", 404), (b"/%ff", 404), (b"/%0d%0aSet-Cookie:%20a=b", 404), (b"/%2f..%2f", 404)],
)
def test_an_encoded_oddity_gets_the_sites_own_page(path: bytes, status: int, server: Wire) -> None:
    answer = server.ask(b"GET " + path + b" HTTP/1.1")

    assert answer.status == status
    assert "Pledge Tracker</title>" in answer.body
    assert "Set-Cookie" not in answer.head


@pytest.mark.parametrize("path", [b"//evil.test/x", b"/%2f/evil.test", b"//evil.test", b"http://evil.test/x"])
def test_a_path_that_looks_like_a_host_leads_nowhere(path: bytes, server: Wire) -> None:
    answer = server.ask(b"GET " + path + b" HTTP/1.1")

    assert answer.status == 404
    assert "Location" not in answer.head


def test_a_visitor_cannot_move_the_site_by_a_header(server: Wire) -> None:
    assert server.ask(b"GET /x/ HTTP/1.1", server.host + b"SCRIPT_NAME: /x\r\n").status == 404
    assert server.ask(b"GET /nowhere HTTP/1.1", server.host + b"PATH_INFO: /healthz\r\n").status == 404


MALFORMED = {
    "no request": (b"SECRET", b"", 400),
    "method": (b"secret /SECRET HTTP/1.1", b"", 400),
    "version": (b"GET /SECRET HTTP/9.9", b"", 400),
    "no colon": (b"GET / HTTP/1.1", b"Cookie sessionid=SECRET\r\n", 400),
    "bad name": (b"GET / HTTP/1.1", b"X SECRET: 1\r\n", 400),
    "folded": (b"GET / HTTP/1.1", b"X-Lemon: a\r\n SECRET\r\n", 400),
    "two lengths": (b"POST /SECRET HTTP/1.1", b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 400),
    "coding": (b"POST /SECRET HTTP/1.1", b"Transfer-Encoding: SECRET\r\n", 501),
    "expectation": (b"POST /SECRET HTTP/1.1", b"Expect: SECRET\r\n", 417),
    "long line": (b"GET /SECRET".ljust(5_000, b"a") + b" HTTP/1.1", b"", 414),
    "long header": (b"GET / HTTP/1.1", b"X-Lemon: SECRET" + b"a" * 9_000 + b"\r\n", 431),
    "many headers": (b"GET / HTTP/1.1", b"X-SECRET: 1\r\n" * 101, 431),
}


def names_and_values(answer: Answer) -> dict[str, str]:
    lines = [line.partition(": ") for line in answer.head.split("\r\n")[1:]]
    return {name: value for name, _, value in lines}


@pytest.mark.parametrize("fault", MALFORMED)
def test_what_is_no_request_gets_the_sites_own_page_with_all_its_headers(fault: str, server: Wire) -> None:
    line, headers, status = MALFORMED[fault]
    of_a_page = names_and_values(server.ask(b"GET /nowhere HTTP/1.1"))

    answer = server.ask(line, server.host + headers)

    own = names_and_values(answer)
    assert answer.status == status
    assert "Pledge Tracker</title>" in answer.body
    assert f"Error {status}" in answer.body
    assert int(own["Content-Length"]) == len(answer.body.encode())
    same = set(of_a_page) - {"Date", "Server", "Content-Length", "ETag", "Vary", "Content-Language"}
    same -= {"Cache-Control", "Surrogate-Key"}  # by which a page that is not there is kept
    assert {"Content-Security-Policy", "X-Content-Type-Options", "Permissions-Policy", "Referrer-Policy"} <= same
    assert {name: own.get(name) for name in same} == {name: of_a_page[name] for name in same}
    assert own.get("Cache-Control") == ("no-store" if status >= 500 else None)
    assert "SECRET" not in answer.raw.decode()


def test_the_log_says_of_what_is_no_request_only_of_which_kind_it_was(server: Wire) -> None:
    """Even where gunicorn is told to say all that it can."""
    for line, headers, _status in MALFORMED.values():
        server.ask(line, server.host + headers)
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /SECRET HTTP/1.1\r\nX-Lemon: SECRET")  # and leaves
    time.sleep(0.5)
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]  # all are JSON

    said = {(line["status"], line["why"]) for line in lines if line["message"] == "no answer of the site"}
    assert {(400, "InvalidHeader"), (414, "LimitRequestLine"), (431, "LimitRequestHeaders")} <= said
    assert any("NoMoreData" in line["message"] for line in lines)
    assert "secret" not in server.log.read_text().lower()
    assert "evil.test" not in server.log.read_text()


def test_the_log_repeats_no_address_that_a_visitor_made_up(server: Wire) -> None:
    for line in (
        b"GET /pledges/anna-smith-lives-in-elm-street/ HTTP/1.1",
        b"POST /pledges/anna-smith-lives-in-elm-street/ HTTP/1.1",
        b"GET /admin/anna-smith/ HTTP/1.1",
        b"GET /admin/newsletter/confirm/anna-smith/ HTTP/1.1",
        b"GET /static/anna-smith HTTP/1.1",
        b"GET /anna-smith HTTP/1.1",
        b"ANNASMITH / HTTP/1.1",
    ):
        server.ask(line)
    log = server.log.read_text().lower()

    assert "/pledges/<slug:slug>/" in log
    assert "anna" not in log


@pytest.mark.parametrize("content_type", [b"x; charset=undefined", b"x; charset=base64", b"x; a*=lemon'en'%ff"])
def test_an_odd_charset_gets_an_answer_of_the_site(content_type: bytes, server: Wire) -> None:
    headers = server.host + b"Content-Type: " + content_type + b"\r\n"

    assert "Pledge Tracker</title>" in server.ask(b"GET /?q=%ff HTTP/1.1", headers).body


def test_the_log_has_a_json_line_for_an_answer_that_was_made(server: Wire) -> None:
    server.ask(b"GET /topics/?lemon=secret HTTP/1.1")

    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    (line,) = [line for line in lines if line.get("path") == "/topics/"]
    assert (line["method"], line["status"], line["served"]) == ("GET", 200, "made")
    assert "secret" not in server.log.read_text()
