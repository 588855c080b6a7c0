"""One `pytest` runs every test twice: on a real PostgreSQL and on SQLite, one worker process each.

The controller starts a private PostgreSQL cluster (unix socket only) from the machine's `initdb` and
`pg_ctl`, and stops it at the end. `TEST_DATABASE=sqlite` or `TEST_DATABASE=postgresql` runs on one only.
"""

import atexit
import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

WORKERS = {"gw0": "postgresql", "gw1": "sqlite"}
_cluster: "Cluster | None" = None


def find_programs() -> Path | None:
    """Find the folder of `initdb` and `pg_ctl`: on the path or where Debian puts them."""
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


class Cluster:
    """A PostgreSQL server of our own, in a temporary folder."""

    def __init__(self) -> None:
        programs = find_programs()
        assert programs is not None
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="pledge-pg-"))
        self._as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # initdb refuses to run as root
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    @property
    def url(self) -> str:
        return f"postgres://postgres@{str(self.folder).replace('/', '%2F')}/postgres"

    def start(self) -> None:
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        self.resume()

    def resume(self) -> None:
        data = str(self.folder / "data")
        settings = f"-c listen_addresses= -k {self.folder} -c fsync=off -c synchronous_commit=off -c max_connections=60"
        self._run("pg_ctl", "-D", data, "-w", "-l", str(self.folder / "log"), "-o", settings, "start")

    def halt(self) -> None:
        """Stop the server as a power cut would, keeping its data."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        if self.folder.exists():
            with contextlib.suppress(subprocess.CalledProcessError):
                self.halt()
            shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self) -> list[int]:
        """Give the server's processes, the first one first."""
        first = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def _run(self, program: str, *arguments: str) -> None:
        # Output goes to a file: the server inherits it and would keep a pipe open for ever.
        with (self.folder / "output").open("ab") as output:
            command = [str(self.programs / program), *arguments]
            subprocess.run(command, check=True, stdout=output, stderr=output, cwd=self.folder, **self._as_user)


def _choose_database() -> str:
    """Say which database this process tests: `both` in the process that only directs the workers."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    wanted = WORKERS[worker] if worker else os.environ.get("TEST_DATABASE", "both")
    if worker or wanted == "sqlite" or find_programs():
        return wanted
    if os.environ.get("CI") or wanted == "postgresql":
        raise pytest.UsageError("PostgreSQL's initdb and pg_ctl were not found: install postgresql.")
    print("\n*** PostgreSQL was not found: testing on SQLITE ONLY. ***\n")  # noqa: T201
    return "sqlite"


def _set_environment() -> None:
    url = os.environ["TEST_POSTGRESQL_URL"] if DATABASE == "postgresql" else "sqlite:///:memory:"
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "tracker.settings",
            "DJANGO_SECRET_KEY": "for-tests-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
            "SITE_URL": "https://tracker.test",
            "ALLOWED_HOSTS": "tracker.test",
            "DATABASE_URL": url,
        }
    )


# At import: pytest-django reads the settings before any hook of ours runs.
DATABASE = _choose_database()
if DATABASE != "sqlite" and "PYTEST_XDIST_WORKER" not in os.environ:
    _cluster = Cluster()
    os.environ["TEST_POSTGRESQL_URL"] = _cluster.url
    atexit.register(_cluster.stop)
_set_environment()


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.option.numprocesses = len(WORKERS) if DATABASE == "both" else 0
        config.option.dist = "each" if DATABASE == "both" else "no"
        if _cluster is not None:
            _cluster.start()
    return (yield)


def pytest_report_header() -> str:
    return f"database: {DATABASE}"


def pytest_unconfigure() -> None:
    if _cluster is not None:
        _cluster.stop()
