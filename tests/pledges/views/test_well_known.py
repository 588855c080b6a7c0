from datetime import UTC, date, datetime, time

import pytest
from django.test import Client
from django.utils import timezone

from pledges.views.reading import TRUE_UNTIL
from pledges.views.well_known import expiry


def test_robots_are_kept_from_the_editors_pages_and_shown_the_map(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()

    assert lines[0] == "User-agent: *"
    assert "Disallow: /admin/" in lines
    assert "Sitemap: https://tracker.test/sitemap.xml" in lines


def test_security_txt_has_the_fields_of_rfc_9116(client: Client) -> None:
    response = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert fields["Contact"] == "mailto:editors@tracker.test"
    assert fields["Canonical"] == "https://tracker.test/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en"
    assert 300 < (datetime.fromisoformat(fields["Expires"]) - timezone.now()).days < 365


def test_it_is_true_until_the_day_is_over_where_its_months_are_counted(client: Client) -> None:
    until = datetime.fromtimestamp(float(client.get("/.well-known/security.txt").headers[TRUE_UNTIL]), UTC)

    assert (until.time(), until > timezone.now()) == (time(), True)


@pytest.mark.parametrize("day", [1, 17, 31])
def test_it_expires_on_the_same_day_all_month_long(day: int) -> None:
    assert expiry(datetime(2026, 1, day, 23, 59, tzinfo=UTC)) == date(2026, 12, 1)
