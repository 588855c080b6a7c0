"""A whole copy of the site, of one state: database, public log, pictures, and a list of what was copied.

Its database holds people's addresses and editors' passwords: the folder can be read by its owner only.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.models import Edition
from pledges.one_state import one_state

LOG, SUMS, MANIFEST = "entries.jsonl", "SHA256SUMS", "manifest.json"
SQLITE, POSTGRESQL = "database.sqlite3", "database.dump"
_DEBIANS_PROGRAMS = "/usr/lib/postgresql/{}/bin/pg_dump"


class BackupError(Exception):
    """Nothing was kept; says why, for people."""


def make(folder: Path) -> dict[str, Any]:
    """Make the folder, whole or not at all, and give what its manifest says."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BackupError(_("%s is there already and not empty: name a new folder.") % folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as name:
            unfinished = Path(name) / "whole"
            unfinished.mkdir(mode=0o700)
            manifest = _fill(unfinished)
            unfinished.rename(folder)  # a folder that is there must be empty, or this fails
    except (OSError, sqlite3.Error) as error:
        raise BackupError(_("The backup could not be written: %s") % error) from error
    return manifest


def _fill(folder: Path) -> dict[str, Any]:
    entries, head = (_copy_sqlite if connection.vendor == "sqlite" else _dump_postgresql)(folder)
    if settings.MEDIA_ROOT.exists():  # after the database: whatever that names is there
        shutil.copytree(settings.MEDIA_ROOT, folder / "media")
    (folder / SUMS).write_text("".join(f"{sum_}  {name}\n" for name, sum_ in _sums(folder)))
    manifest = {
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "site": settings.SITE_URL,
        "database": connection.vendor,
        "entries": entries,
        "head": head,
        "bytes": sum(file.stat().st_size for file in _files(folder)),
        "sums": hashlib.sha256((folder / SUMS).read_bytes()).hexdigest(),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n")
    return manifest


def _copy_sqlite(folder: Path) -> tuple[int, str]:
    connection.ensure_connection()
    assert connection.connection is not None
    with closing(sqlite3.connect(folder / SQLITE)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        table = connection.ops.quote_name(Edition._meta.db_table)
        rows = copy.execute(f"SELECT entry, hash FROM {table} ORDER BY sequence")  # noqa: S608
        return _write_log(folder, rows)


def _dump_postgresql(folder: Path) -> tuple[int, str]:
    with one_state(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _run_pg_dump(folder / POSTGRESQL, snapshot)
        rows = Edition.objects.order_by("sequence").values_list("entry", "hash")
        return _write_log(folder, rows.iterator(chunk_size=1_000))


def _run_pg_dump(file: Path, snapshot: str) -> None:
    assert connection.connection is not None
    version = connection.connection.info.server_version // 10_000
    program = shutil.which("pg_dump") or _DEBIANS_PROGRAMS.format(version)
    # As psql would be told: the libraries of pg_dump and of Python need not be of one age.
    (_psql, *server), secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}"]
    try:
        subprocess.run(  # noqa: S603
            [program, *options, *server],
            env={**os.environ, **(secrets or {})},
            check=True,
            capture_output=True,
            text=True,
        )
    except FileNotFoundError as error:
        raise BackupError(_("pg_dump was not found: install PostgreSQL's client programs.")) from error
    except subprocess.CalledProcessError as error:
        raise BackupError(_("pg_dump failed: %s") % error.stderr.strip()) from error


def _write_log(folder: Path, rows: Any) -> tuple[int, str]:
    """Write the public lines as they are; gives how many there are and the hash of the last."""
    count, head = 0, ""
    with (folder / LOG).open("wb") as log:
        for entry, head in rows:  # noqa: B007 (the last one)
            log.write(bytes(entry) + b"\n")
            count += 1
    return count, head


def _sums(folder: Path) -> Iterator[tuple[str, str]]:
    for file in _files(folder):
        with file.open("rb") as content:
            yield str(file.relative_to(folder)), hashlib.file_digest(content, "sha256").hexdigest()


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
