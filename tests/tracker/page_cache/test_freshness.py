"""How long answers are kept: not over midnight, not past what they say, not so long that the last one is too old."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from pledges.views.reading import TRUE_UNTIL
from tracker.page_cache.freshness import fresh_for, seconds_to_midnight

NOON = datetime(2026, 3, 3, 12, tzinfo=ZoneInfo("Europe/London"))


def test_midnight_is_that_of_the_site_on_the_day_the_clocks_go_back() -> None:
    half_past_midnight = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))

    assert seconds_to_midnight(half_past_midnight) == 24.5 * 3600


@pytest.mark.parametrize(
    ("status", "seconds"), [("200 OK", 3600), ("301 Moved Permanently", 60), ("404 Not Found", 60), ("400 Bad", None)]
)
def test_a_page_is_kept_for_an_hour_and_what_is_elsewhere_for_a_minute(status: str, seconds: float | None) -> None:
    assert fresh_for(status, [], asked_at=NOON, max_stale=86_400) == seconds


@pytest.mark.parametrize(("said", "seconds"), [(17.5, 17.5), (7_200, 3600), (-5, -5)])
def test_a_page_is_kept_no_longer_than_it_says(said: float, seconds: float) -> None:
    headers = [(TRUE_UNTIL, str(NOON.timestamp() + said))]

    assert fresh_for("200 OK", headers, asked_at=NOON, max_stale=86_400) == seconds


@pytest.mark.parametrize(("max_stale", "seconds"), [(1_000, 500), (7_200, 3600), (0, 3600)])
def test_a_page_is_kept_for_half_the_time_for_which_it_may_be_shown(max_stale: float, seconds: float) -> None:
    assert fresh_for("200 OK", [], asked_at=NOON, max_stale=max_stale) == seconds


def test_no_page_is_kept_over_midnight() -> None:
    assert fresh_for("200 OK", [], asked_at=NOON.replace(hour=23, minute=59), max_stale=86_400) == 60
