"""The place in a list that a page begins or ends at."""

from datetime import UTC, datetime

import pytest

from pledges.filter_form import ORDERS
from pledges.keyset import Cursor
from tests.pledges.asking import narrowed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "place",
    [
        "x",
        "2026-01-01",
        "2026-01-01~1",
        "2026-01-01T00:00:00~1",
        "2026-11-24T05:00:00.000000Z~01",
        "2026-11-24T05:00:00.000000Z~0",
        "2026-11-24T05:00:00.000000Z~-9223372036854775809",
        f"2026-11-24T05:00:00.000000Z~{2**63}",
        "~",
        "9" * 400,
    ],
)
def test_a_damaged_cursor_is_refused(place: str) -> None:
    assert not narrowed(after=place).is_valid


def test_moments_keep_their_microseconds() -> None:
    cursor = Cursor((datetime(2026, 11, 24, 5, 0, 0, 123456, tzinfo=UTC),), 7)

    assert Cursor.parse(str(cursor), ORDERS["changed"]) == cursor


def test_a_page_is_after_another_or_before_it() -> None:
    place = "2026-11-24T05:00:00.000000Z~1"

    assert not narrowed(after=place, before=place).is_valid
