"""The drill: a copy made while the site publishes is restored into a fresh database, and everything agrees."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from pledges.signed_notes import SigningKey, require_signature
from tests.both_databases import DATABASE, find_programs
from tests.faults.test_publishing_at_once import start
from tests.processes import Run

RESTORED = "restored"


@pytest.fixture
def site(environment: dict[str, str], _migrated: None, tmp_path: Path) -> Iterator[dict[str, str]]:
    """A site with pictures, one of which is gone when its turn comes, at which somebody is publishing."""
    environment["MEDIA_ROOT"] = str(tmp_path / "media")
    (tmp_path / "media" / "2026").mkdir(parents=True)
    (tmp_path / "media" / "2026" / "lemon.png").write_bytes(b"a picture")
    (tmp_path / "media" / "a\n\r\\n.png").write_bytes(b"with any name")
    (tmp_path / "media" / "deleted.png").symlink_to("nowhere")
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


def signed_checkpoint(manage: Run, key: Path) -> Path:
    """Sign the log as it is now, and keep what readers get as /log/checkpoint."""
    if not key.exists():
        manage("sign_checkpoint", "--new-key", str(key))
    signed = manage("sign_checkpoint", "--key", str(key))
    assert signed.returncode == 0, signed.stderr
    note = manage("shell", "-v0", "-c", "from pledges.models import Checkpoint; print(Checkpoint.objects.last().note)")
    kept = key.with_name(f"{time.monotonic_ns()}.checkpoint")
    kept.write_text(note.stdout.removesuffix("\n"))
    return kept


@pytest.mark.usefixtures("_fresh_database")
def test_a_copy_made_meanwhile_can_be_restored(
    site: dict[str, str], manage: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy, key = tmp_path / "copies" / "monday", tmp_path / "key"
    before = signed_checkpoint(manage, key)

    made = manage("backup", str(copy))

    assert (made.returncode, made.stderr) == (0, "")
    manifest = json.loads((copy / "manifest.json").read_text())
    assert manifest["entries"] >= 5
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=copy, check=True)
    assert copy.stat().st_mode & 0o077 == 0
    after = signed_checkpoint(manage, key)
    started = time.monotonic()
    environment = restored(site, copy, tmp_path)
    verified = verify(environment, before)
    with capsys.disabled():
        sys.stdout.write(f" {manifest['entries']} entries restored and verified in {time.monotonic() - started:.1f} s ")
    assert verified.returncode == 0, verified.stderr
    require_signature(before.read_bytes(), SigningKey.parse(key.read_text().strip()).verifier_key)
    # What was signed after the copy was made is not in it, and that shows.
    assert "Not what the checkpoint says" in verify(environment, after).stderr
    assert f"{manifest['entries']:,} entries, unbroken, head {manifest['head']}." in verified.stdout.splitlines()
    assert len((copy / "entries.jsonl").read_bytes().splitlines()) == manifest["entries"]
    assert (copy / "media" / "2026" / "lemon.png").read_bytes() == b"a picture"


def verify(environment: dict[str, str], checkpoint: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", "verify_log", "--checkpoint", str(checkpoint)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


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
