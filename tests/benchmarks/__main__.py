"""Ratios of two things measured in turn in one run: `python -m tests.benchmarks [PART …]`, the usual ones if none is named.

Makes its databases in a temporary folder (PostgreSQL's if its programs are on the machine), prints medians, and
leaves nothing behind.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.saying import say
from tests.both_databases import Cluster, find_programs

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tracker.settings",
    "DJANGO_SECRET_KEY": "for-benchmarks-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DATABASE_POOL_SIZE": "2",  # as the server has it: no new connection for each page
}


ON_BOTH = ("pages", "growth", "newsletter", "search", "editors", "public_log", "fuzz")
# What readers and the sender wait for; the others are asked for by name.
USUAL = ("hot", "pages", "growth", "newsletter")
USUALLY = {"newsletter": ["20000"]}  # subscribers: who waits for all of it waits long enough


def run(part: str, database_url: str, folder: Path, *arguments: str) -> None:
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": database_url, "STATIC_ROOT": str(folder / "static")}
    commands = ("migrate",) if (folder / "static").exists() else ("migrate", "collectstatic")
    for command in commands:
        subprocess.run(
            [sys.executable, "manage.py", command, "--no-input", "--verbosity=0"], env=environment, check=True
        )
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{part}", *arguments], env=environment, check=True)
    say(f"  ({time.monotonic() - started:.0f} s)")


def on_sqlite(part: str, folder: Path, *arguments: str) -> None:
    say(f"{part}, SQLite")
    run(part, f"sqlite:///{folder / part}.sqlite3", folder, *arguments)


def on_postgresql(part: str, folder: Path, *arguments: str) -> None:
    if not find_programs():
        return
    say(f"{part}, PostgreSQL")
    cluster = Cluster()
    try:
        cluster.start()
        run(part, cluster.url, folder, *arguments)
    finally:
        cluster.stop()


def main() -> None:
    asked = sys.argv[1:] or USUAL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("hot", "memory"):
            if part in asked:
                on_sqlite(part, folder, str(folder / part))
        for part in ON_BOTH:
            if part in asked:
                arguments = [] if sys.argv[1:] else USUALLY.get(part, [])
                on_sqlite(part, folder, *arguments)
                on_postgresql(part, folder, *arguments)


if __name__ == "__main__":
    main()
