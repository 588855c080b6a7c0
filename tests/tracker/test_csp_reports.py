"""Reports of what the policy stopped: bounded, and without a word about a person."""

import json
import logging
from typing import Any

import pytest
from django.test import Client

from tracker import csp_reports
from tracker.csp_reports import LARGEST, MOST_A_MINUTE

OLD = {
    "csp-report": {
        "document-uri": "https://tracker.test/topics/?q=lemon-secret",
        "blocked-uri": "https://evil.test/lemon.js?who=ada",
        "effective-directive": "script-src-elem",
        "referrer": "https://ada.example/",
        "script-sample": "alert('ada')",
    }
}
NEW = [
    {
        "type": "csp-violation",
        "user_agent": "Ada's browser",
        "body": {
            "documentURL": "https://tracker.test/topics/",
            "blockedURL": "inline",
            "effectiveDirective": "style-src-attr",
        },
    }
]


@pytest.fixture(autouse=True)
def _nothing_logged_yet() -> None:
    csp_reports._logged.clear()


def report(client: Client, said: Any, *, content_type: str = "application/csp-report") -> int:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return client.post("/csp-report", body, content_type=content_type).status_code


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        (OLD, {"page": "/topics/", "directive": "script-src-elem", "blocked": "https://evil.test"}),
        (NEW, {"page": "/topics/", "directive": "style-src-attr", "blocked": "inline"}),
    ],
    ids=["report-uri", "report-to"],
)
def test_a_report_is_logged_without_a_person(
    said: Any, fields: dict[str, str], client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "tracker.csp_reports"):
        assert report(client, said) == 204

    assert [record.fields for record in caplog.records] == [fields]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"lemons",
        b"[" * 10_000,
        b"\xff\xfe",
        {},
        [],
        [1, None, "lemon"],
        {"csp-report": 7},
        {"csp-report": {"blocked-uri": ["x"], "document-uri": "http://[", "effective-directive": {"a": 1}}},
        {"csp-report": {"document-uri": "https://tracker.test/\x00\u2028", "blocked-uri": "\x1b[2J"}},
    ],
)
def test_nonsense_is_taken_without_a_word(said: Any, client: Client) -> None:
    assert report(client, said) == 204


def test_too_much_is_refused(client: Client) -> None:
    assert report(client, b" " * LARGEST) == 204
    assert report(client, b" " * (LARGEST + 1)) == 413


def test_a_flood_is_logged_for_a_while_only(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "tracker.csp_reports"):
        for _ in range(MOST_A_MINUTE + 10):
            assert report(client, OLD) == 204

    assert len(caplog.records) == MOST_A_MINUTE


def test_it_can_only_be_sent_and_asks_no_database_and_no_token(client: Client) -> None:
    assert client.get("/csp-report").status_code == 405
    assert report(client, NEW, content_type="application/reports+json") == 204
    assert not client.cookies


def test_every_policy_names_it(client: Client) -> None:
    for address in ("/healthz", "/accounts/login/x", "/admin-x"):
        headers = client.get(address).headers
        assert "report-uri /csp-report" in headers["Content-Security-Policy"]
        assert "report-to csp" in headers["Content-Security-Policy"]
        assert headers["Reporting-Endpoints"] == 'csp="/csp-report"'
