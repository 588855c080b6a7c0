import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from pledges.actions import throttles
from pledges.actions.throttles import Limit
from pledges.models import Throttle
from tests.both_databases import DATABASE

pytestmark = pytest.mark.django_db

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LEMONS = Limit("lemons", most=3, per=HOUR)


def test_so_many_pass_and_the_next_waits_for_the_end_of_the_time() -> None:
    waits = [throttles.count(LEMONS, "reader", now=NOON + minutes * HOUR / 60) for minutes in (0, 1, 2, 3, 59)]

    assert waits == [0, 0, 0, 57 * 60, 60]


def test_when_the_time_is_over_it_begins_anew() -> None:
    for _round in range(9):
        throttles.count(LEMONS, "reader", now=NOON)

    assert throttles.count(LEMONS, "reader", now=NOON + HOUR) == 0
    assert Throttle.objects.get().count == 1


def test_a_limit_that_rests_counts_its_time_from_the_last_that_passed() -> None:
    limit = Limit("limes", most=2, per=HOUR, rests=True)

    waits = [throttles.count(limit, "reader", now=NOON + minutes * HOUR / 60) for minutes in (0, 50, 70, 109, 110)]

    assert waits == [0, 0, 40 * 60, 60, 0]


def test_everybody_and_every_limit_is_counted_apart() -> None:
    limes = Limit("limes", most=1, per=HOUR)

    assert [throttles.count(limit, whom, now=NOON) for limit in (LEMONS, limes) for whom in "ab"] == [0] * 4
    assert Throttle.objects.count() == 4


def test_forgetting_begins_anew_and_leaves_others_alone() -> None:
    for whom in ("a", "b"):
        for _round in range(4):
            throttles.count(LEMONS, whom, now=NOON)

    throttles.forget(LEMONS, "a")

    assert [throttles.count(LEMONS, whom, now=NOON) for whom in "ab"] == [0, 3600]


def test_what_has_ended_is_deleted() -> None:
    throttles.count(LEMONS, "early", now=NOON)
    throttles.count(LEMONS, "late", now=NOON + HOUR / 2)

    assert throttles.forget_ended(now=NOON + HOUR) == 1
    assert Throttle.objects.get().key == LEMONS.key("late")


def test_nobody_can_read_from_the_table_who_was_counted() -> None:
    throttles.count(LEMONS, "192.0.2.0/24", now=NOON)

    assert "192.0.2" not in str(Throttle.objects.values())


@pytest.mark.skipif(DATABASE != "postgresql", reason="Every thread would have an SQLite in memory of its own.")
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("guarded_transactions")
def test_of_many_at_once_exactly_so_many_pass() -> None:
    waits: list[int] = []

    def count_ten() -> None:
        waits.extend(throttles.count(LEMONS, "reader", now=NOON) for _round in range(10))
        connection.close()

    threads = [threading.Thread(target=count_ten) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(waits) == [0] * 3 + [3600] * 77
