"""Ratios of two things measured in turn in one run: `python -m tests.benchmarks [PART …]`, the usual ones if none is named.

Makes its databases in a temporary folder (PostgreSQL's if its programs are on the machine), prints medians, and
leaves nothing behind.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg

from tests.benchmarks.saying import say
from tests.both_databases import Cluster, find_programs

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tracker.settings",
    "DJANGO_SECRET_KEY": "for-benchmarks-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1",
    # As the server has it: no new connection for each page, and no question compiled.
    "DATABASE_POOL_SIZE": "2",
    "PGOPTIONS": "-c jit=off",
}
WITH_A_FOLDER = ("hot", "memory")  # on SQLite alone: most of what they measure asks no database
ON_BOTH = ("pages", "growth", "newsletter", "search", "editors", "public_log", "fuzz")
# What readers and the sender wait for; the others are asked for by name.
USUAL = ("hot", "pages", "growth", "newsletter")
USUALLY = {"newsletter": ["20000"]}  # subscribers: who waits for all of it waits long enough

Fresh = Callable[[str], str]  # makes a migrated, empty database of some name; gives its address


def main() -> None:
    asked = sys.argv[1:] or USUAL
    if unknown := set(asked).difference(WITH_A_FOLDER, ON_BOTH):
        sys.exit(
            f"There is no such part: {', '.join(sorted(unknown))}. There are {', '.join(WITH_A_FOLDER + ON_BOTH)}."
        )
    with tempfile.TemporaryDirectory() as name, ExitStack() as open_databases:
        folder = Path(name)
        static = folder / "static"
        manage("collectstatic", "--no-input", STATIC_ROOT=str(static))
        on_sqlite = sqlite(folder)
        for part in [part for part in WITH_A_FOLDER if part in asked]:
            run(part, "SQLite", on_sqlite, static, str(folder / part))
        engines = {"SQLite": on_sqlite}
        parts = [part for part in ON_BOTH if part in asked]
        if parts and find_programs():
            engines["PostgreSQL"] = open_databases.enter_context(postgresql())
        for part in parts:
            for engine, fresh in engines.items():
                run(part, engine, fresh, static, *([] if sys.argv[1:] else USUALLY.get(part, [])))


def run(part: str, engine: str, fresh: Fresh, static: Path, *arguments: str) -> None:
    say(f"{part}, {engine}")
    started = time.monotonic()
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": fresh(part), "STATIC_ROOT": str(static)}
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{part}", *arguments], env=environment, check=True)
    say(f"  ({time.monotonic() - started:.0f} s)")


def sqlite(folder: Path) -> Fresh:
    migrated = folder / "migrated.sqlite3"
    manage("migrate", DATABASE_URL=f"sqlite:///{migrated}")

    def fresh(name: str) -> str:
        return f"sqlite:///{shutil.copyfile(migrated, folder / f'{name}.sqlite3')}"

    return fresh


@contextmanager
def postgresql() -> Iterator[Fresh]:
    cluster = Cluster()
    try:
        cluster.start()
        manage("migrate", DATABASE_URL=cluster.url)
        server, _, migrated = cluster.url.rpartition("/")

        made: list[str] = []

        def fresh(name: str) -> str:
            with psycopg.connect(f"{server}/template1", autocommit=True) as connection:
                for earlier in made:  # or the server would tidy them up while another part is measured
                    connection.execute(f"DROP DATABASE IF EXISTS {earlier} WITH (FORCE)")
                made.append(name)
                connection.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
            return f"{server}/{name}"

        yield fresh
    finally:
        cluster.stop()


def manage(command: str, *arguments: str, **variables: str) -> None:
    environment = {**os.environ, **SETTINGS, "DATABASE_POOL_SIZE": "0", **variables}
    subprocess.run([sys.executable, "manage.py", command, *arguments, "--verbosity=0"], env=environment, check=True)


if __name__ == "__main__":
    main()
