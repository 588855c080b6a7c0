"""A migration behind a long read gives up soon, and readers never wait behind it."""

import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests.both_databases import DATABASE
from tests.processes import Run

pytestmark = pytest.mark.skipif(DATABASE != "postgresql", reason="SQLite has no such locks.")


def test_a_migration_behind_a_long_read_stands_in_nobodys_way(
    environment: dict[str, str], manage: Run, tmp_path: Path
) -> None:
    manage("migrate", "--verbosity=0", "pledges", "0004")
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "pledges", "0003"]
    url, said = environment["DATABASE_URL"], tmp_path / "said"
    with psycopg.connect(url) as reading, psycopg.connect(url, autocommit=True) as another, said.open("w") as errors:
        reading.execute("SELECT count(*) FROM pledges_publicpledge")  # and stays in its transaction
        migrating = subprocess.Popen(command, env=environment, stderr=errors)
        slowest = 0.0
        while "Trying again" not in said.read_text():
            assert migrating.poll() is None
            started = time.monotonic()
            another.execute("SELECT count(*) FROM pledges_publicpledge")
            slowest = max(slowest, time.monotonic() - started)
        reading.commit()

        assert migrating.wait(60) == 0
    assert "Traceback" not in said.read_text()
    assert slowest < 1
