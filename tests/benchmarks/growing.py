"""Make the country of the database of DATABASE_URL so many times as large: `python -m tests.benchmarks.growing TIMES`.

The first thousand pledges are published one by one; all others are copies that the database makes of them, which takes it
less than a millisecond each. Their entries are no true chain and have no content, so this is for what readers browse and search.
"""

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from django.db.models import Model

FIRST = 1_000


def grow(times: int = 1, *, searched: bool = True) -> float:
    """Publish the first pledges, or make as many copies of all that there are; gives the seconds that it took.

    Unless they are to be searched they are not indexed, which takes PostgreSQL most of the time.
    In a process of its own: it outlasts what a connection of a pool waits for.
    """
    started = time.perf_counter()
    command = [sys.executable, "-m", "tests.benchmarks.growing", str(times), "searched" if searched else "listed"]
    subprocess.run(command, env={**os.environ, "DATABASE_POOL_SIZE": "0"}, check=True)
    return time.perf_counter() - started


def main() -> None:
    from django.db import connection  # noqa: PLC0415 (the models need Django set up)

    from tests.benchmarks.fictional import Country  # noqa: PLC0415

    if (times := int(sys.argv[1])) == 1:
        Country().publish(FIRST)
    else:
        multiply(times, searched=sys.argv[2] == "searched")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.vendor == "sqlite" else "VACUUM ANALYZE")


def multiply(times: int, *, searched: bool) -> None:
    """Copy every pledge with its only edition and what lists know of it, under keys that follow on."""
    from django.db import connection, transaction  # noqa: PLC0415
    from django.db.models import F  # noqa: PLC0415

    from pledges import models  # noqa: PLC0415
    from pledges.search_index import install_index, remove_index  # noqa: PLC0415
    from tests.unguarded import unguarded  # noqa: PLC0415

    made = models.Pledge.objects.count()
    listed = (models.Pledge, models.Edition, models.PublicPledge, models.StandingRating, models.Check)
    copied = (*listed, models.SearchText) if searched else listed
    if searched:
        remove_index(connection)
    with unguarded(), transaction.atomic(), connection.cursor() as cursor:
        for model in copied:
            statement = _copy(model, key="id" if model is models.Pledge else "pledge_id")
            for copy in range(1, times):
                cursor.execute(statement, {"made": made, "by": made * copy})
        for counted in (models.Tally, models.DueTally, models.PublicSource):
            counted._default_manager.update(pledges=F("pledges") * times)
    if searched:
        install_index(connection)  # of all at once takes a quarter of what row by row does


def _copy(model: "type[Model]", *, key: str) -> str:
    columns = [str(field.column) for field in model._meta.concrete_fields if field.column != "id" or key == "id"]
    shifted = {name: f"{name} + %(by)s" for name in (key, "pledge_id", "edition_id", "sequence", "place")}
    shifted["slug"] = f"'lemon-' || CAST({key} + %(by)s AS text)"
    shifted |= {name: f"substr(CAST(%(by)s AS text) || '-' || {name}, 1, 64)" for name in ("hash", "previous_hash")}
    shifted |= dict.fromkeys(("content", "salt", "content_digest"), "NULL")
    values = ", ".join(shifted.get(name, name) for name in columns)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE {key} <= %(made)s"


if __name__ == "__main__":
    django.setup()
    main()
