"""What our SQLite reads otherwise than Django's."""

import pytest
from django.db import connection
from django.test import Client

from pledges.models import Edition
from tests.factories import make_published_pledge
from tests.unguarded import unguarded

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps no text among bytes."),
]


def test_bytes_that_somebody_made_a_text_are_read_as_bytes(client: Client) -> None:
    make_published_pledge()
    whole = bytes(Edition.objects.get().entry)
    with unguarded(), connection.cursor() as cursor:
        cursor.execute("UPDATE pledges_edition SET entry = replace(entry, 'first', 'worst')")

    said = client.get("/log/entries.jsonl").getvalue()

    assert said == whole.replace(b"first", b"worst") + b"\n"
    assert Edition.objects.get().entry == said[:-1]
