"""The example configuration in front of a real site: what it keeps, what it never keeps, and what it holds off."""

import http.client
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest
from django.conf import settings

from tests.both_databases import DATABASE
from tests.processes import new_database
from tests.servers import Server, find_free_port, serve, wait_until

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="One proxy is enough: it knows of no database.")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
EXAMPLE = settings.BASE_DIR / ".deploy"
MAIN = """
daemon off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
worker_processes 1;
events {{ worker_connections 1024; }}
http {{
    include {folder}/site.conf;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
}}
"""


@dataclass(frozen=True)
class Proxy:
    port: int
    plain_port: int
    certificate: Path

    @property
    def folder(self) -> Path:
        return self.certificate.parent

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        with closing(
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self.context)
        ) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
        return answer

    def send(self, request: bytes, *, plainly_to: int | None = None) -> tuple[http.client.HTTPResponse, str]:
        """Send a request byte for byte; gives the answer and what it says."""
        with socket.create_connection(("127.0.0.1", plainly_to or self.port), timeout=10) as plain:
            connection = plain if plainly_to else self.context.wrap_socket(plain, server_hostname="127.0.0.1")
            with connection:
                connection.sendall(request)
                answer = http.client.HTTPResponse(connection)
                answer.begin()
                return answer, answer.read().decode()


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    return find_free_port(), find_free_port()


@pytest.fixture(scope="module")
def server(
    ports: tuple[int, int], migrated_url: str, collected_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("site")
    url = new_database("tracker", folder, like=migrated_url)
    more = {"SITE_URL": f"https://127.0.0.1:{ports[0]}", "BEHIND_PROXY": "1", "WEB_CONCURRENCY": "1"}
    with serve(url, folder, static=collected_files, **more) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(server: Server, ports: tuple[int, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    if NGINX is None:
        if os.environ.get("CI"):
            pytest.fail("nginx was not found: install nginx.")
        pytest.skip("nginx was not found: its example configuration is NOT tested.")
    folder = tmp_path_factory.mktemp("nginx")
    proxy = Proxy(*ports, folder / "certificate.pem")
    make_certificate(folder)
    (folder / "snippets").mkdir()
    (folder / "snippets" / "tracker.conf").write_text((EXAMPLE / "nginx-common.conf").read_text())
    (folder / "site.conf").write_text(configuration(folder, server, proxy))
    (folder / "main.conf").write_text(MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "main.conf")], stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(proxy), patience=20)
        yield proxy
    finally:
        process.terminate()
        process.wait(20)


def configuration(folder: Path, server: Server, proxy: Proxy) -> str:
    """Give the checked-in file with the names, ports and folders of this test."""
    text = (EXAMPLE / "nginx.conf").read_text()
    for pattern, ours in (
        (r"listen 80\b", f"listen 127.0.0.1:{proxy.plain_port}"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{proxy.port} ssl"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{server.port}"),
        (r"(server_name|https://)( ?)pledges\.example\.org", r"\1\g<2>127.0.0.1"),
        (r"/etc/ssl/certs/tracker\.pem", str(folder / "certificate.pem")),
        (r"/etc/ssl/private/tracker\.key", str(folder / "key.pem")),
        (r"/var/cache/nginx/tracker", str(folder / "cache")),
    ):
        text, found = re.subn(pattern, ours, text)
        assert found, pattern
    return text


def make_certificate(folder: Path) -> None:
    key, certificate = str(folder / "key.pem"), str(folder / "certificate.pem")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key]
    subprocess.run([*command, "-out", certificate, *names], check=True, capture_output=True)


def answers(proxy: Proxy) -> bool:
    try:
        return proxy.get("/healthz").status == http.client.OK
    except OSError:
        return False


def test_a_page_comes_over_tls_with_all_headers_of_the_site(proxy: Proxy) -> None:
    answer = proxy.get("/topics/", **{"Accept-Encoding": "br"})

    assert answer.status == http.client.OK
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Encoding"] == "br"
    assert "Set-Cookie" not in answer.headers


def test_who_comes_without_tls_is_sent_to_it(proxy: Proxy) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=10)) as connection:
        connection.request("GET", "/topics/?page=2")
        answer = connection.getresponse()

    assert (answer.status, answer.headers["Location"]) == (301, "https://127.0.0.1/topics/?page=2")


def test_a_page_is_kept_for_a_second_in_each_encoding(proxy: Proxy) -> None:
    proxy.get("/about/")
    again, packed = proxy.get("/about/"), proxy.get("/about/", **{"Accept-Encoding": "gzip, br"})

    assert (again.headers["X-Cache"], packed.headers["X-Cache"]) == ("HIT", "MISS")
    assert packed.headers["Content-Encoding"] == "br"
    time.sleep(2.1)  # its clock has whole seconds
    assert proxy.get("/about/").headers["X-Cache"] == "EXPIRED"


def test_who_has_the_page_already_hears_so(proxy: Proxy) -> None:
    etag = proxy.get("/topics/").headers["ETag"]

    assert proxy.get("/topics/", **{"If-None-Match": etag}).status == http.client.NOT_MODIFIED


def test_whether_the_site_is_ready_is_for_this_machine_alone(proxy: Proxy) -> None:
    location = (settings.BASE_DIR / ".deploy" / "nginx.conf").read_text().partition("location = /readyz {")[2]

    assert location.split()[:4] == ["allow", "127.0.0.1;", "deny", "all;"]
    assert proxy.get("/readyz").status == http.client.OK  # from here


@pytest.mark.parametrize("path", ["/accounts/login/", "/readyz", "/nowhere", "/pledges/?sort=made"])
def test_what_is_no_readers_page_is_never_kept(path: str, proxy: Proxy) -> None:
    found = [proxy.get(path).headers["X-Cache"] for _ in range(3)]

    assert "HIT" not in found


def test_every_editor_gets_a_token_of_their_own(proxy: Proxy) -> None:
    cookies = {proxy.get("/accounts/login/").headers["Set-Cookie"] for _ in range(2)}

    assert len(cookies) == 2


def test_what_a_visitor_says_about_the_way_here_is_not_believed(proxy: Proxy) -> None:
    headers = {"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.7"}

    assert proxy.get("/healthz", **headers).status == http.client.OK
    assert proxy.get("/methodology/", **headers).status == http.client.OK  # and is not sent to https again


def test_three_hundred_slow_senders_keep_nobody_waiting(proxy: Proxy) -> None:
    senders = []
    for _ in range(300):
        plain = socket.create_connection(("127.0.0.1", proxy.port))
        sender = proxy.context.wrap_socket(plain, server_hostname="127.0.0.1")
        sender.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin=l")
        senders.append(sender)
    started = time.monotonic()

    statuses = {proxy.get(path).status for path in ("/topics/", "/pledges/?sort=due", "/accounts/login/") * 3}

    taken = time.monotonic() - started
    for sender in senders:
        sender.close()
    assert statuses == {http.client.OK}
    assert taken < 3


HOST = b"Host: 127.0.0.1\r\n"
REFUSED = {
    "too large": (b"POST /SECRET HTTP/1.1\r\n" + HOST + b"Content-Length: 13000000\r\n\r\n", 413),
    "too long": (b"GET /SECRET".ljust(20_000, b"a") + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
    "long header": (b"GET /SECRET HTTP/1.1\r\n" + HOST + b"X-Lemon: " + b"a" * 20_000 + b"\r\n\r\n", 400),
    "no request": (b"SECRET\r\n\r\n", 400),
    "two hosts": (b"GET /SECRET HTTP/1.1\r\n" + HOST + b"Host: evil.test\r\n\r\n", 400),
    "two lengths": (
        b"POST /SECRET HTTP/1.1\r\n" + HOST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        400,
    ),
    "TRACE": (b"TRACE /SECRET HTTP/1.1\r\n" + HOST + b"\r\n", 405),
    "another host": (b"GET /SECRET HTTP/1.1\r\nHost: evil.test\r\n\r\n", 400),
    "no host": (b"GET /SECRET HTTP/1.0\r\n\r\n", 400),
    "another edition": (b'GET /topics/ HTTP/1.1\r\nIf-Match: "SECRET"\r\n' + HOST + b"\r\n", 412),
}
OF_EVERY_PAGE = (
    *("Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"),
    *("Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"),
    *("Origin-Agent-Cluster", "X-Permitted-Cross-Domain-Policies", "Permissions-Policy"),
)


def assert_own_refusal(answer: http.client.HTTPResponse, html: str, of_the_site: Message) -> None:
    assert {name: answer.headers[name] for name in OF_EVERY_PAGE} == {name: of_the_site[name] for name in OF_EVERY_PAGE}
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Server"] == "nginx"
    assert f"<p>Error {answer.status}</p>" in html
    assert html.count("<h1") == 1
    assert not {"nginx", "SECRET", "evil.test"} & set(re.findall(r"[\w.]+", html))


@pytest.mark.parametrize("request_", REFUSED)
def test_what_the_proxy_refuses_is_said_in_words_with_all_headers_of_the_site(request_: str, proxy: Proxy) -> None:
    asked, status = REFUSED[request_]

    answer, html = proxy.send(asked)

    assert answer.status == status
    assert answer.headers["Allow"] == ("GET, HEAD" if status == http.client.METHOD_NOT_ALLOWED else None)
    assert answer.headers["Cache-Control"] == "no-store"
    assert_own_refusal(answer, html, proxy.get("/topics/").headers)


@pytest.mark.parametrize("host", [b"evil.test", b"evil.test:80", b"127.0.0.1.evil.test"])
def test_without_tls_no_other_host_is_led_anywhere(host: bytes, proxy: Proxy) -> None:
    answer, html = proxy.send(b"GET /SECRET HTTP/1.1\r\nHost: " + host + b"\r\n\r\n", plainly_to=proxy.plain_port)

    assert answer.status == http.client.BAD_REQUEST
    assert "Location" not in answer.headers
    assert_own_refusal(answer, html, proxy.get("/topics/").headers)


def test_who_speaks_plainly_to_the_port_of_tls_is_refused_in_words(proxy: Proxy) -> None:
    answer, html = proxy.send(b"GET /SECRET HTTP/1.1\r\n" + HOST + b"\r\n", plainly_to=proxy.port)

    assert answer.status == http.client.BAD_REQUEST
    assert_own_refusal(answer, html, proxy.get("/topics/").headers)


def test_its_own_page_is_at_no_address(proxy: Proxy) -> None:
    assert proxy.get("/tracker-refusal").status == http.client.NOT_FOUND


def test_nothing_about_a_visitor_is_written_down(proxy: Proxy) -> None:
    body = proxy.folder / "body"
    for request_, _status in REFUSED.values():
        proxy.send(request_)
    with socket.create_connection(("127.0.0.1", proxy.port)) as connection:
        connection.sendall(b"\x16\x03\x01\xff\xff\x01")  # looks like the beginning of TLS, and is none
        connection.recv(100)
    body.rename(proxy.folder / "moved")
    body.touch()  # no folder: what does not fit into memory cannot be kept
    try:
        begin = b"POST /newsletter/leave/SECRET/ HTTP/1.1\r\n" + HOST + b"Content-Length: 100000\r\n\r\n"
        answer, html = proxy.send(begin + b"a" * 100_000)
    finally:
        body.unlink()
        (proxy.folder / "moved").rename(body)

    assert answer.status == http.client.INTERNAL_SERVER_ERROR
    assert_own_refusal(answer, html, proxy.get("/topics/").headers)
    logs = "".join(file.read_text() for file in proxy.folder.iterdir() if file.is_file() and file.suffix != ".conf")
    assert "PRIVATE KEY" in logs  # every file was read
    assert "client" not in logs
    assert "SECRET" not in logs


def lead_to(site: Server, proxy: Proxy) -> None:
    """Change the port in its configuration, and have it read anew."""
    file = proxy.folder / "site.conf"
    file.write_text(re.sub(r"server 127\.0\.0\.1:\d+ max", f"server 127.0.0.1:{site.port} max", file.read_text()))
    os.kill(int((proxy.folder / "pid").read_text()), signal.SIGHUP)
    time.sleep(2)


def test_a_new_release_takes_over_without_a_lost_request(server: Server, proxy: Proxy, tmp_path: Path) -> None:
    """As README.md says: it starts beside the old one, which ends when the proxy asks the new one."""
    kept = {name: server.environment[name] for name in ("SITE_URL", "BEHIND_PROXY", "WEB_CONCURRENCY")}
    statuses: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            statuses.append(proxy.get(f"/pledges/?sort=due&lemon={len(statuses)}").status)

    with serve(
        server.environment["DATABASE_URL"], tmp_path, static=Path(server.environment["STATIC_ROOT"]), **kept
    ) as old:
        lead_to(old, proxy)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        lead_to(server, proxy)
        old.process.terminate()
        old.process.wait(30)
        time.sleep(1)
        is_over.set()
        reader.join()

    assert len(statuses) > 20
    assert set(statuses) == {http.client.OK}


def test_a_site_that_is_down_is_said_to_be_back_in_a_moment(proxy: Proxy, server: Server) -> None:
    """The last test: it stops the site."""
    of_the_site = proxy.get("/topics/").headers
    server.process.terminate()
    server.process.wait(30)
    time.sleep(2.1)

    answer, html = proxy.send(b"GET /topics/ HTTP/1.1\r\n" + HOST + b"\r\n")

    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "10", "no-store")
    assert "The site does not answer just now." in html
    assert_own_refusal(answer, html, of_the_site)
