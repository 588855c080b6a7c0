"""Ratios of two things measured in turn in one run, on both databases: `python -m tests.benchmarks`.

Makes its databases in a temporary folder (PostgreSQL's if its programs are on the machine), prints medians, and
leaves nothing behind.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.both_databases import Cluster, find_programs

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tracker.settings",
    "DJANGO_SECRET_KEY": "for-benchmarks-only-" + "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "SITE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "127.0.0.1",
}


def run(database_url: str, static_root: Path) -> None:
    environment = {**os.environ, **SETTINGS, "DATABASE_URL": database_url, "STATIC_ROOT": str(static_root)}
    for command in ("migrate", "collectstatic"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--no-input", "--verbosity=0"], env=environment, check=True
        )
    for measured in ("lists", "public_log", "newsletter"):
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{measured}"], env=environment, check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("SQLite", flush=True)  # noqa: T201
        run(f"sqlite:///{folder / 'benchmarks.sqlite3'}", folder / "static")
        if find_programs():
            print("PostgreSQL", flush=True)  # noqa: T201
            cluster = Cluster()
            try:
                cluster.start()
                run(cluster.url, folder / "static")
            finally:
                cluster.stop()


if __name__ == "__main__":
    main()
