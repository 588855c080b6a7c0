"""A server that says nothing is given up."""

import os
import subprocess
import sys
import time

import psycopg
import pytest
from django.db import connection

from tests.both_databases import DATABASE
from tracker import postgresql
from tracker.postgresql import BoundedConnection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(DATABASE != "postgresql", reason="About PostgreSQL alone."),
]


@pytest.fixture
def bounded() -> psycopg.Connection:
    made = BoundedConnection.connect(**connection.get_connection_params())
    made.autocommit = True
    return made


def test_no_answer_is_waited_for_longer_than_the_bound(
    bounded: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "LONGEST_ANSWER", 0.2)
    started = time.monotonic()

    with pytest.raises(psycopg.OperationalError):
        bounded.execute("SELECT pg_sleep(5)")

    assert time.monotonic() - started < 1
    assert bounded.closed  # what the server says later is nobody's answer


def test_the_web_server_has_the_server_stop_a_statement_before_it_gives_up_itself() -> None:
    """In a process of its own: its configuration sets variables for all that comes after."""
    ask = """if True:
        from tracker import gunicorn_conf
        import django
        django.setup()
        from django.db import connection
        with connection.cursor() as cursor:
            for name in ("statement_timeout", "lock_timeout"):
                print(cursor.execute(f"SHOW {name}").fetchone()[0])
        print(type(connection.connection).__name__)
        connection.close()
        connection.close_pool()
    """
    environment = {**os.environ, "DATABASE_URL": os.environ["TEST_POSTGRESQL_URL"]}
    environment["DJANGO_SETTINGS_MODULE"] = "tracker.settings"

    said = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)

    statement, lock, kind = said.stdout.split()
    assert (statement, lock, kind) == ("2s", "1800ms", "BoundedConnection")
    assert postgresql.LONGEST_ANSWER > 2


def test_what_the_server_stops_leaves_the_connection(bounded: psycopg.Connection) -> None:
    bounded.execute("SET statement_timeout = 100")

    with pytest.raises(psycopg.errors.QueryCanceled):
        bounded.execute("SELECT pg_sleep(5)")

    assert bounded.execute("SELECT 1").fetchone() == (1,)
    bounded.close()


def test_a_statement_that_fails_leaves_the_connection(bounded: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        bounded.execute("SELECT * FROM lemons")

    assert bounded.execute("SELECT 1").fetchone() == (1,)
    bounded.close()
