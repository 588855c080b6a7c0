"""A name that has to go, the order for it, and where it might still be."""

from io import StringIO
from typing import Any

from django.core.management import call_command
from django.db import connection

from pledges.actions import redactions
from pledges.actions.redactions import Order, Redaction
from pledges.models import Editor, Pledge
from tests.factories import make_editor

NAME = "Rudolf Rassendyll"
STEM = "rassendyl"  # as the search index has it
SPELT = "RUDOLF\nRassendyll"
REASON = "A name was removed by order of the court of Strelsau."


def make_administrator(**fields: Any) -> Editor:
    return make_editor(is_superuser=True, **fields)


def redact(pledge: Pledge, **changed: Any) -> Redaction:
    usual: dict[str, Any] = {"reason": REASON, "passages": [] if "sequences" in changed else [NAME]}
    for person in {"by", "approved_by"} - changed.keys():
        usual[person] = make_administrator()
    return redactions.redact(pledge, Order(**{**usual, **changed}))


def whole_database() -> str:
    """Everything that stands in any column of any table, the lines of bytes as text."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        rows: list[Any] = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += cursor.fetchall()
    values = (bytes(value) if isinstance(value, memoryview) else value for row in rows for value in row)
    texts = (value.decode(errors="replace") if isinstance(value, bytes) else str(value) for value in values)
    return " ".join("\n".join(texts).replace("\\n", " ").split()).lower()


def verify() -> str:
    output = StringIO()
    call_command("verify_log", stdout=output, stderr=StringIO())
    return output.getvalue()
