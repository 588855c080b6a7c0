"""SQLite's file is moved away while readers ask: nothing is made in its place, and all is well once it is back."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.both_databases import DATABASE
from tests.faults.conftest import Site
from tests.servers import wait_until

pytestmark = [
    pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL is a server: see test_without_the_database.py."),
    pytest.mark.usefixtures("crowd_of_its_own"),
]

RECOVERY = 5.0  # seconds


@pytest.fixture
def file(site: Site) -> Path:
    return Path(site.server.environment["DATABASE_URL"].removeprefix("sqlite:///"))


@pytest.fixture
def _moved(site: Site, file: Path) -> Iterator[None]:
    site.settle()
    away = file.rename(file.with_name("away"))
    yield
    away.rename(file)
    wait_until(lambda: site.server.get("/readyz").status == http.client.OK, patience=RECOVERY)
    site.settle()


@pytest.mark.usefixtures("_moved")
def test_a_file_that_was_moved_away_is_not_made_anew(site: Site, file: Path) -> None:
    seen = [site.server.get(address) for address in site.addresses()]
    unseen = [site.server.get(f"/pledges/?q=lemon-{number}") for number in range(20)]
    log = site.server.get("/log/entries.jsonl")

    assert {reply.status for reply in seen} == {http.client.OK}
    assert {reply.status for reply in (*unseen, log)} <= {http.client.OK, http.client.SERVICE_UNAVAILABLE}
    assert not file.exists()
