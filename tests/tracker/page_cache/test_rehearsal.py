"""The page that is made before processes part."""

from urllib.parse import urlsplit

import pytest
from django.db import connections

from tests.tracker.page_cache.stand_ins import Site
from tracker.page_cache.keys import Address
from tracker.page_cache.wrapper import PageCache


@pytest.mark.parametrize(("site", "behind_proxy"), [("https://tracker.test", True), ("http://127.0.0.1:8000", False)])
def test_what_is_asked_is_a_readers_page(site: str, behind_proxy: bool) -> None:  # noqa: FBT001
    address = Address(urlsplit(site), behind_proxy=behind_proxy, session_cookie="session")

    environ = address.request("/")

    assert address.key(environ) == "/"


class Connection:
    def __init__(self) -> None:
        self.closed: list[str] = []

    def close(self) -> None:
        self.closed.append("connection")


class Pooled(Connection):
    def close_pool(self) -> None:
        self.closed.append("pool")


@pytest.mark.parametrize(("connection", "closed"), [(Connection(), ["connection"]), (Pooled(), ["connection", "pool"])])
def test_one_page_is_made_and_no_connection_left(
    connection: Connection, closed: list[str], cache: PageCache, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "all", lambda **_options: [connection])

    cache.rehearse()

    assert site.renders == 1
    assert connection.closed == closed
