"""A server that says nothing is given up."""

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


def test_a_statement_that_fails_leaves_the_connection(bounded: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        bounded.execute("SELECT * FROM lemons")

    assert bounded.execute("SELECT 1").fetchone() == (1,)
    bounded.close()
