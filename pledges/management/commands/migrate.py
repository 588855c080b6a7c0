import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

LOCK_TIMEOUT = "500ms"
PAUSES = (1, 2, 4, 8, 16)  # seconds


class Command(migrate.Command):
    """Django's own, but on PostgreSQL it stands in nobody's way.

    A change of a table waits for whoever reads it, and everyone who comes later waits behind the change. So it gives up
    after half a second, and is tried again.
    """

    def handle(self, *args: Any, **options: Any) -> None:
        if connections[options["database"]].vendor != "postgresql":
            super().handle(*args, **options)
            return
        with _short_waits(options["database"]):
            for pause in (*PAUSES, None):
                try:
                    super().handle(*args, **options)
                except OperationalError as error:
                    if not isinstance(error.__cause__, LockNotAvailable):
                        raise
                    self._wait(pause, error)
                else:
                    return

    def _wait(self, pause: int | None, error: OperationalError) -> None:
        if pause is None:
            raise CommandError(
                "A table is in use all the time, so this migration was not made; those before it were, and the site "
                "goes on as it was. Try again when less is going on, or end the long transaction."
            ) from error
        self.stderr.write(f"A table is in use: nothing was changed by this migration. Trying again in {pause} s.")
        time.sleep(pause)


@contextmanager
def _short_waits(database: str) -> Iterator[None]:
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
    try:
        yield
    finally:
        with connections[database].cursor() as cursor:
            cursor.execute("RESET lock_timeout")
