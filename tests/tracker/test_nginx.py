"""The example configuration in front of a real site: what it keeps, what it never keeps, and what it holds off."""

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from tests.both_databases import DATABASE
from tests.processes import new_database
from tests.servers import Server, find_free_port, serve, wait_until

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="One proxy is enough: it knows of no database.")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
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

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        context = ssl.create_default_context(cafile=str(self.certificate))
        with closing(http.client.HTTPSConnection("127.0.0.1", self.port, timeout=10, context=context)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
        return answer


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
    text = (settings.BASE_DIR / ".deploy" / "nginx.conf").read_text()
    for pattern, ours in (
        (r"listen 80;", f"listen 127.0.0.1:{proxy.plain_port};"),
        (r"listen 443 ssl", f"listen 127.0.0.1:{proxy.port} ssl"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{server.port}"),
        (r"pledges\.example\.org;", "127.0.0.1;"),
        (r"/etc/ssl/certs/tracker\.pem", str(folder / "certificate.pem")),
        (r"/etc/ssl/private/tracker\.key", str(folder / "key.pem")),
        (r"/var/cache/nginx/tracker", str(folder / "cache")),
        (r"/var/log/nginx/tracker\.log", str(folder / "log")),
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
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    senders = []
    for _ in range(300):
        plain = socket.create_connection(("127.0.0.1", proxy.port))
        sender = context.wrap_socket(plain, server_hostname="127.0.0.1")
        sender.sendall(b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nlogin=l")
        senders.append(sender)
    started = time.monotonic()

    statuses = {proxy.get(path).status for path in ("/topics/", "/pledges/?sort=due", "/accounts/login/") * 3}

    taken = time.monotonic() - started
    for sender in senders:
        sender.close()
    assert statuses == {http.client.OK}
    assert taken < 3


def test_a_request_that_is_too_large_is_refused_by_the_proxy(proxy: Proxy) -> None:
    assert proxy.get("/topics/", **{"Content-Length": "13000000"}).status == http.client.REQUEST_ENTITY_TOO_LARGE


def test_a_site_that_is_down_is_said_to_be_back_in_a_moment(proxy: Proxy, server: Server) -> None:
    """The last test: it stops the site."""
    server.process.terminate()
    server.process.wait(30)
    time.sleep(2.1)

    answer = proxy.get("/topics/")

    assert (answer.status, answer.headers["Retry-After"], answer.headers["Cache-Control"]) == (503, "10", "no-store")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
