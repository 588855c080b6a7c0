"""The container's health check."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from tests.servers import find_free_port
from tracker import probe


class Site(BaseHTTPRequestHandler):
    """Says that it is well to whoever asks it by its name."""

    is_well = True

    def do_GET(self) -> None:
        is_asked_rightly = (self.path, self.headers["Host"]) == ("/healthz", "lemons.example:8443")
        self.send_response(200 if is_asked_rightly and self.is_well else 503)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def _site(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("BIND", f"0.0.0.0:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE_URL", "https://lemons.example:8443")


@pytest.mark.usefixtures("_site")
def test_a_site_that_answers_is_well() -> None:
    probe.main()


@pytest.mark.usefixtures("_site")
def test_a_site_that_says_it_is_not_well_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Site, "is_well", False)

    with pytest.raises(SystemExit, match="does not answer"):
        probe.main()


def test_nobody_there_fails_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIND", f"127.0.0.1:{find_free_port()}")

    with pytest.raises(SystemExit, match="does not answer"):
        probe.main()
