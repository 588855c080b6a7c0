"""The drill: a copy made while the site publishes is restored into a fresh database, and everything agrees."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.both_databases import DATABASE, find_programs
from tests.faults.test_publishing_at_once import start
from tests.processes import Run

RESTORED = "restored"


@pytest.fixture
def site(environment: dict[str, str], _migrated: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A site with pictures, at which somebody is publishing."""
    environment["MEDIA_ROOT"] = str(tmp_path / "media")
    (tmp_path / "media" / "2026").mkdir(parents=True)
    (tmp_path / "media" / "2026" / "lemon.png").write_bytes(b"a picture")
    publisher = start(environment, 10_000, "lemon")
    assert publisher.stdout is not None
    assert [publisher.stdout.readline() for _ in range(5)]
    yield environment
    publisher.kill()
    publisher.communicate()


def restored(environment: dict[str, str], copy: Path, folder: Path) -> dict[str, str]:
    """Restore as README.md says; gives the environment of the restored site."""
    if DATABASE == "sqlite":
        file = folder / "restored.sqlite3"
        file.write_bytes((copy / "database.sqlite3").read_bytes())
        url = f"sqlite:///{file}"
    else:
        url = environment["DATABASE_URL"].removesuffix("/faults") + f"/{RESTORED}"
        programs = find_programs()
        assert programs
        program, dump = str(programs / "pg_restore"), str(copy / "database.dump")
        command = [program, "--no-owner", "--exit-on-error", f"--dbname={url}", dump]
        subprocess.run(command, check=True)
    return {**environment, "DATABASE_URL": url, "MEDIA_ROOT": str(copy / "media")}


@pytest.fixture
def _fresh_database() -> Iterator[None]:
    if DATABASE == "sqlite":
        yield
        return
    with psycopg.connect(os.environ["TEST_POSTGRESQL_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.mark.usefixtures("_fresh_database")
def test_a_copy_made_meanwhile_can_be_restored(site: dict[str, str], manage: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copies" / "monday"

    made = manage("backup", str(copy))

    assert (made.returncode, made.stderr) == (0, "")
    manifest = json.loads((copy / "manifest.json").read_text())
    assert manifest["entries"] >= 5
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=copy, check=True)
    assert copy.stat().st_mode & 0o077 == 0
    environment = restored(site, copy, tmp_path)
    verified = subprocess.run(
        [sys.executable, "manage.py", "verify_log"], env=environment, capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert f"{manifest['entries']:,} entries, unbroken, head {manifest['head']}." in verified.stdout.splitlines()
    assert len((copy / "entries.jsonl").read_bytes().splitlines()) == manifest["entries"]
    assert (copy / "media" / "2026" / "lemon.png").read_bytes() == b"a picture"


def test_a_folder_in_use_is_refused(environment: dict[str, str], manage: Run, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "file").write_text("mine")

    made = manage("backup", str(tmp_path / "copy"))

    assert made.returncode == 1
    assert "is there already and not empty" in made.stderr
    assert [file.name for file in (tmp_path / "copy").iterdir()] == ["file"]


def test_a_backup_that_fails_leaves_nothing(environment: dict[str, str], manage: Run, tmp_path: Path) -> None:
    made = manage("backup", str(tmp_path / "copies" / "monday"))  # of a database that was never migrated

    assert made.returncode == 1
    assert "Traceback" not in made.stderr
    assert list((tmp_path / "copies").iterdir()) == []
