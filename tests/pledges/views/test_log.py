import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from pledges import log
from pledges.actions import verifications
from pledges.models import Edition, Verification
from pledges.views.reading import TRUE_UNTIL
from tests.factories import make_checkpoint, make_published_pledge, publish

pytestmark = pytest.mark.django_db


def page_of(client: Client, path: str = "/log/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_log_page_says_how_many_entries_there_are_and_the_last_hash(client: Client) -> None:
    edition = publish(make_published_pledge())

    html = page_of(client)

    assert "<dt>Entries</dt><dd>2</dd>" in html
    assert edition.hash in html
    assert "The log has not been verified yet." in html


def test_the_log_page_names_the_last_verification(client: Client) -> None:
    verifications.record(entries=1, head="f" * 64, holds=True)

    html = page_of(client)

    assert "(1 entry, unbroken)" in html
    assert 'class="notice' not in html


@pytest.mark.parametrize(
    ("found", "says"),
    [({"first_broken": 2}, "found that entry 2 is not what it was"), ({}, "is not as it was published")],
)
def test_the_log_page_says_that_the_log_does_not_hold(client: Client, found: dict[str, Any], says: str) -> None:
    verifications.record(entries=3, head="f" * 64, holds=False, **found)

    html = page_of(client)

    assert "The log does not hold." in html
    assert says in html


def test_the_log_page_says_that_the_verification_is_late(client: Client) -> None:
    verifications.record(entries=1, head="f" * 64, holds=True)
    Verification.objects.update(ran_at=dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC))

    assert "but the last time was 3 March 2026, 12:00." in page_of(client)


def test_the_log_page_is_true_until_the_verification_is_late(client: Client) -> None:
    assert TRUE_UNTIL not in client.get("/log/").headers
    verified = verifications.record(entries=1, head="f" * 64, holds=True)

    late_at = float(client.get("/log/").headers[TRUE_UNTIL])

    assert late_at == pytest.approx(verified.ran_at.timestamp() + 3600, abs=0.01)
    Verification.objects.update(ran_at=dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC))
    assert TRUE_UNTIL not in client.get("/log/").headers


def test_an_entry_published_after_local_midnight_has_the_local_day(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    half_past_midnight = dt.datetime(2027, 7, 1, 23, 30, tzinfo=dt.UTC)  # 00:30 British Summer Time
    monkeypatch.setattr(timezone, "now", lambda: half_past_midnight)
    make_published_pledge()

    assert "2 July 2027, 00:30" in page_of(client)
    assert b'"published_at":"2027-07-01T23:30:00.000000Z"' in client.get("/log/entries.jsonl").getvalue()


def test_the_pledge_page_leads_to_its_entry(client: Client) -> None:
    pledge = make_published_pledge()
    publish(make_published_pledge())

    assert '<a href="/log/?before=2#entry-1">entry 1</a>' in page_of(client, f"/pledges/{pledge.slug}/")
    assert 'id="entry-1"' in page_of(client, "/log/?before=2")


@pytest.mark.parametrize(
    "query",
    ["before=0", "before=x", "after=-1", "after=%D9%A1", "before=1&after=1", "before=" + "9" * 30, "after=5%0A"],
)
@pytest.mark.parametrize("path", ["/log/", "/log/entries.jsonl"])
def test_a_place_that_is_none_is_a_bad_request(client: Client, path: str, query: str) -> None:
    assert client.get(f"{path}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["before=1", "after=1"])
def test_past_the_ends_there_is_no_page(client: Client, query: str) -> None:
    make_published_pledge()

    assert client.get(f"/log/?{query}").status_code == 404


def test_every_line_is_sent_exactly_as_it_is_stored(client: Client) -> None:
    publish(make_published_pledge())

    response = client.get("/log/entries.jsonl")

    assert response.headers["Content-Type"] == "application/jsonl; charset=utf-8"
    stored = Edition.objects.order_by("pk").values_list("entry", flat=True)
    assert response.getvalue() == b"".join(bytes(entry) + b"\n" for entry in stored)


def test_a_program_can_go_on_where_it_was(client: Client) -> None:
    pledge = make_published_pledge()
    edition = publish(pledge)

    assert client.get("/log/entries.jsonl?after=1").getvalue() == bytes(edition.entry) + b"\n"
    assert client.get("/log/entries.jsonl?after=2").getvalue() == b""


def test_lines_are_read_in_batches(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "_BATCH", 2)
    pledge = make_published_pledge()
    for _ in range(4):
        publish(pledge)

    with CaptureQueriesContext(connection) as queries:
        sent = client.get("/log/entries.jsonl").getvalue()

    assert sent.count(b"\n") == 5
    assert len(queries) == 3


def test_the_entry_of_a_withdrawal_shows_no_rating_that_would_still_stand(client: Client) -> None:
    pledge = make_published_pledge()
    assert "Squeezed" in page_of(client)
    publish(pledge, kind="withdrawal")

    first, second = page_of(client).split('id="entry-1"')
    assert "Squeezed" not in first
    assert "Squeezed" in second


def test_the_log_page_says_how_to_get_a_checkpoint_and_who_checks_its_signature(client: Client) -> None:
    make_published_pledge()
    make_checkpoint()

    html = page_of(client)

    assert "curl -O https://tracker.test/log/checkpoint" in html
    assert "watch_log" in html


def test_before_the_first_checkpoint_the_page_says_so(client: Client) -> None:
    response = client.get("/log/checkpoint")

    assert response.status_code == 404
    assert b"There is no checkpoint yet" in response.content


def test_the_last_checkpoint_is_shown(client: Client) -> None:
    pledge = make_published_pledge()
    make_checkpoint()
    publish(pledge)
    last = make_checkpoint()

    response = client.get("/log/checkpoint")

    assert response.content.decode() == last.note
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_what_the_site_serves_checks_what_the_site_serves(client: Client, tmp_path: Path) -> None:
    edition = publish(make_published_pledge())
    make_checkpoint()
    for name in ("entries.jsonl", "verify.py", "checkpoint"):
        (tmp_path / name).write_bytes(client.get(f"/log/{name}").getvalue())

    checked = subprocess.run(
        [sys.executable, "-I", "verify.py", "entries.jsonl", "--checkpoint", "checkpoint"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.stdout, checked.stderr) == (f"2 entries, unbroken, head {edition.hash}\n", "")
