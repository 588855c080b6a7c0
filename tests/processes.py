"""Fixtures for tests that work in processes of their own, on a database of their own."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.both_databases import DATABASE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """A database of its own, which other processes can reach too."""
    if DATABASE == "sqlite":
        yield f"sqlite:///{tmp_path / 'faults.sqlite3'}"
        return
    url = os.environ["TEST_POSTGRESQL_URL"]
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("DROP DATABASE IF EXISTS faults WITH (FORCE)")
        server.execute("CREATE DATABASE faults")
        yield url.removesuffix("/postgres") + "/faults"
        server.execute("DROP DATABASE faults WITH (FORCE)")


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database_url, "STATIC_ROOT": str(tmp_path / "staticfiles")}


@pytest.fixture
def manage(environment: dict[str, str]) -> Run:
    """Run a command of manage.py in a process of its own."""

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return run


def free_port() -> int:
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
