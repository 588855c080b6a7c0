"""A whole copy of the site, of one state: database, public log, pictures, and a list of what was copied.

Its database holds people's addresses and editors' passwords: the folder can be read by its owner only.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing, suppress
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
_DEBIANS_PROGRAMS = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r"})


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
        shutil.copytree(settings.MEDIA_ROOT, folder / "media", copy_function=_copy_if_there)
    (folder / SUMS).write_bytes(b"".join(_sum_line(file, folder) for file in _files(folder)))
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


def _copy_if_there(source: str, copy: str) -> None:
    with suppress(FileNotFoundError):  # a redaction may delete a picture at any time
        shutil.copy2(source, copy)


def _copy_sqlite(folder: Path) -> tuple[int, str]:
    connection.ensure_connection()
    assert connection.connection is not None
    with closing(sqlite3.connect(folder / SQLITE)) as copy:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, with nothing beside it
        table = connection.ops.quote_name(Edition._meta.db_table)
        rows = copy.execute(f"SELECT CAST(entry AS BLOB), hash FROM {table} ORDER BY sequence")  # noqa: S608
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
    program = _pg_dump(for_server=version)
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
    except subprocess.CalledProcessError as error:
        raise BackupError(_("pg_dump failed: %s") % error.stderr.strip()) from error


def _pg_dump(*, for_server: int) -> str:
    """Give the oldest program that is no older than the server: an older one refuses, a newer one's copy fewer can read."""
    on_path = shutil.which("pg_dump")
    found = [*([on_path] if on_path else []), *map(str, sorted(_DEBIANS_PROGRAMS.glob("*/bin/pg_dump")))]
    versions = {program: _version_of(program) for program in found}
    fitting = [program for program in found if versions[program] >= for_server]
    if not fitting:
        known = ", ".join(f"{program} ({version})" for program, version in versions.items()) or _("none")
        wanted = {"version": for_server, "known": known}
        raise BackupError(_("pg_dump %(version)d or newer is needed, as the server is; found: %(known)s.") % wanted)
    return min(fitting, key=lambda program: versions[program])


def _version_of(program: str) -> int:
    """Give the main version of a pg_dump, 0 if it does not tell."""
    said = subprocess.run([program, "--version"], check=False, capture_output=True, text=True).stdout  # noqa: S603
    version = _VERSION.search(said)
    return int(version[1]) if version else 0


def _write_log(folder: Path, rows: Any) -> tuple[int, str]:
    """Write the public lines as they are; gives how many there are and the hash of the last."""
    count, head = 0, ""
    with (folder / LOG).open("wb") as log:
        for entry, head in rows:  # noqa: B007 (the last one)
            log.write(bytes(entry) + b"\n")
            count += 1
    return count, head


def _sum_line(file: Path, folder: Path) -> bytes:
    """Write the line of a file as sha256sum does: a name with a line end in it is escaped, and the line says so."""
    name = str(file.relative_to(folder))
    with file.open("rb") as content:
        sum_ = hashlib.file_digest(content, "sha256").hexdigest()
    escaped = name.translate(_ESCAPES)
    mark = "" if escaped == name else "\\"
    return os.fsencode(f"{mark}{sum_}  {escaped}\n")


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())
