"""How long a page waits for PostgreSQL."""

from typing import Any

from psycopg import Connection, OperationalError
from psycopg.pq import TransactionStatus

LONGEST_ANSWER = 2.2  # seconds; the server itself stops a statement after two: see gunicorn_conf.py


class BoundedConnection(Connection[Any]):
    """Gives up on a server that is there but says nothing, stopped or starved: no bound of its own would ever end that."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, LONGEST_ANSWER if timeout is None else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:  # an answer may still come, to nobody
                self.pgconn.finish()
            raise
