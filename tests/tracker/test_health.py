"""Whether the process answers, and whether the site may be trusted with readers."""

from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from pledges.guards import missing_guards, remove_guards
from tracker import health


def test_healthz_answers_and_asks_no_database(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "no-store"


def assert_not_ready(client: Client, problems: list[str]) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"ready": False, "problems": problems, "page_cache": None}
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_readyz_is_ready_when_all_holds(client: Client) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"ready": True, "problems": [], "page_cache": None})
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_readyz_names_every_guard_that_is_missing(client: Client) -> None:
    remove_guards(connection)
    names = missing_guards(connection)

    assert "pledges_edition_guard_update" in names
    assert_not_ready(client, [f"guard missing: {name}" for name in names])


@pytest.mark.django_db
def test_readyz_waits_for_migrations(client: Client) -> None:
    ((_, last),) = MigrationExecutor(connection).loader.graph.leaf_nodes("pledges")
    MigrationRecorder(connection).record_unapplied("pledges", last)

    assert_not_ready(client, ["migrations wait to be run"])


def test_readyz_says_that_the_database_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: Any) -> None:
        raise OperationalError("connection to server at db.example failed: password is lemon")

    monkeypatch.setattr(health, "MigrationExecutor", refuse)

    assert_not_ready(client, ["the database does not answer"])
