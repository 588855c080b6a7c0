"""Make the country of the database of DATABASE_URL so large: `python -m tests.benchmarks.growing PLEDGES`."""

import os
import subprocess
import sys
import time

import django


def grow(size: int) -> float:
    """Have as many pledges in all; gives the seconds it took. A bulk load outlasts what a connection of a pool waits for."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.growing", str(size)]
    subprocess.run(command, env={**os.environ, "DATABASE_POOL_SIZE": "0"}, check=True)
    return time.perf_counter() - started


def main() -> None:
    from django.db import connection  # noqa: PLC0415 (the models need Django set up)

    from pledges.models import Edition  # noqa: PLC0415
    from tests.benchmarks.fictional import Country  # noqa: PLC0415

    Country().publish(int(sys.argv[1]) - Edition.objects.count())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


if __name__ == "__main__":
    django.setup()
    main()
