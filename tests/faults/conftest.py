"""A whole site at work: a database of its own, a newsroom that publishes, and a real gunicorn."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import OK
from pathlib import Path

import pytest
from django.conf import settings

from tests.both_databases import DATABASE, Cluster
from tests.processes import new_database
from tests.servers import Server, serve, wait_until

PLEDGES = 20


@dataclass
class Site:
    server: Server
    newsroom: "subprocess.Popen[str]"
    slugs: list[str]
    cluster: Cluster | None = None

    def addresses(self) -> list[str]:
        return [f"/pledges/{slug}/" for slug in self.slugs]

    def settle(self) -> None:
        """Wait until every process hears from the database and none has a page to make."""
        for address in self.addresses():
            wait_until(lambda address=address: self.is_fresh(address))  # type: ignore[misc]

    def is_fresh(self, address: str) -> bool:
        """Whether the processes, asked often enough to have met each, answer from a database that is there."""
        replies = [self.server.get(address) for _ in range(10)]
        return all(reply.status == OK and not reply.is_stale for reply in replies)

    def tell(self, what: str, slug: str) -> int:
        """Have the newsroom correct or withdraw a pledge; gives the number of the edition, which is public now."""
        assert self.newsroom.stdin is not None
        assert self.newsroom.stdout is not None
        self.newsroom.stdin.write(f"{what} {slug}\n")
        self.newsroom.stdin.flush()
        return int(self.newsroom.stdout.readline())


@pytest.fixture(scope="package")
def site(
    request: pytest.FixtureRequest, collected_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    if DATABASE == "sqlite":
        url = new_database("tracker", folder, like=request.getfixturevalue("migrated_url"))
        with at_work(url, folder, collected_files) as site:
            yield site
        return
    cluster = Cluster()
    try:
        cluster.start()
        run({**os.environ, "DATABASE_URL": cluster.url}, "manage.py", "migrate", "--verbosity=0").communicate()
        with at_work(cluster.url, folder, collected_files) as site:
            yield replace(site, cluster=cluster)
    finally:
        cluster.stop()


@pytest.fixture(scope="module")
def crowd_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One database after the other: two crowds at once would take the machine from each other, and each needs all of it."""
    with (tmp_path_factory.getbasetemp().parent / "crowd").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


@contextmanager
def at_work(database_url: str, folder: Path, static: Path) -> Iterator[Site]:
    environment = {**os.environ, "DATABASE_URL": database_url}
    newsroom = run(environment, "-m", "tests.faults.newsroom", str(PLEDGES))
    try:
        assert newsroom.stdout is not None
        slugs = newsroom.stdout.readline().split()
        with serve(database_url, folder, static=static) as server:
            yield Site(server, newsroom, slugs)
    finally:
        newsroom.communicate(timeout=10)


def run(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
