"""Ways to change the record that go through no action, and what the database says to them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from pledges.content import canonical
from pledges.models import Edition, Verdict
from pledges.verifier import entry_hash

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way of writing")
postgresql_only = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL's own way of writing")


def refused(attempt: Callable[[], Any]) -> str:
    """Make an attempt, make sure the database refused it, and give what it said."""
    before = everything()
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        attempt()
    assert everything() == before
    return str(error.value)


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values_list()) for model in (Edition, Verdict)]


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def copy_of(edition: Edition, **changed: Any) -> Edition:
    fields = {field.attname: getattr(edition, field.attname) for field in Edition._meta.concrete_fields}
    return Edition(**{**fields, **changed})


def continuing(edition: Edition, **changed: Any) -> Edition:
    """A forged edition that continues the chain but for what is changed."""
    forged = {
        "sequence": edition.sequence + 1,
        "number": edition.number + 1,
        "previous_hash": edition.hash,
        "hash": entry_hash(b"forged"),
    }
    return copy_of(edition, **{**forged, **changed})


def redact(edition: Edition, *, names: list[int]) -> None:
    entry = canonical({"redacts": names})
    continuing(edition, kind="redaction", entry=entry).save(force_insert=True)
