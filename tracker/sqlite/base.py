import random
import sqlite3
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.db.backends.sqlite3 import base, operations

_PATIENCE = 20.0
_PAUSES = (0.001, 0.008)


class DatabaseOperations(operations.DatabaseOperations):
    """Reads bytes as bytes: what somebody wrote there as a text, which SQLite allows, is to be judged, not to break the reader."""

    def get_db_converters(self, expression: Any) -> list[Any]:
        converters: list[Any] = super().get_db_converters(expression)
        if expression.output_field.get_internal_type() == "BinaryField":
            converters.append(_as_bytes)
        return converters


def _as_bytes(value: Any, _expression: Any, _connection: Any) -> Any:
    return value.encode() if isinstance(value, str) else value


class DatabaseWrapper(base.DatabaseWrapper):
    """Waits for its turn to write by asking every few milliseconds.

    SQLite's own waiting slows down to ten tries a second, so that a writer among eight busy ones can lose
    every try for twenty seconds.
    """

    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open the file, which whoever opens it first has for itself for a moment."""
        return _when_free(partial(super().get_new_connection, conn_params))

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 (Django's signature)
        assert self.connection is not None
        return self.connection.cursor(factory=PatientCursor)


class PatientCursor(base.SQLiteCursorWrapper):
    """Tries a statement again while another process writes; the transactions are IMMEDIATE, so it is the first one."""

    def execute(self, query: Any, params: Any = None) -> Any:
        return _when_free(partial(super().execute, query, params))

    def executemany(self, query: Any, param_list: Any) -> Any:
        return _when_free(partial(super().executemany, query, list(param_list)))


def _when_free(run: Callable[[], Any]) -> Any:
    ends = time.monotonic() + _PATIENCE
    while True:
        try:
            return run()
        except sqlite3.OperationalError as error:
            if not _is_busy(error) or time.monotonic() > ends:
                raise
        time.sleep(random.uniform(*_PAUSES))  # noqa: S311 (it only decides who is next)


def _is_busy(error: sqlite3.OperationalError) -> bool:
    # Not in the way of BUSY_SNAPSHOT: a transaction that read an older state can never write.
    code = error.sqlite_errorcode
    return code & 0xFF == sqlite3.SQLITE_BUSY and code != sqlite3.SQLITE_BUSY_SNAPSHOT
