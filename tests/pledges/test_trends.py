from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pledges.content import VerdictContent
from pledges.models import StandingRating
from pledges.trends import Stood, count_days, standing_ratings, trend
from tests.factories import make_published_pledge, make_rating, make_topic, make_verdict, publish
from tests.pledges.test_content import CONTENT, VERDICT

RECORDED = datetime(2026, 2, 1, 12, tzinfo=UTC)
MADE = date(2024, 6, 1)


def verdict(key: int, effective_on: str, *, corrects: int = 0) -> VerdictContent:
    rating = replace(VERDICT.rating, key=key)
    return replace(VERDICT, key=key, rating=rating, effective_on=effective_on, corrects=corrects)


def stood(*verdicts: VerdictContent, made_on: str = "2024-06-01") -> list[tuple[int | None, date, date | None]]:
    found = standing_ratings(replace(CONTENT, made_on=made_on, verdicts=verdicts), {1: RECORDED})
    return [(one.rating_id, one.from_day, one.until_day) for one in found]


def test_a_pledge_is_not_yet_rated_until_its_first_verdict_and_each_stands_until_the_next() -> None:
    assert stood(verdict(1, "2025-01-02"), verdict(2, "2025-03-04")) == [
        (None, MADE, date(2025, 1, 2)),
        (1, date(2025, 1, 2), date(2025, 3, 4)),
        (2, date(2025, 3, 4), None),
    ]


@pytest.mark.parametrize(
    ("effective_on", "day"),
    [
        ("2025-03", date(2025, 3, 31)),
        ("2025", date(2025, 12, 31)),
        ("not after 2025-03", date(2025, 3, 31)),
        ("between 2024-11 and 2025-03-05", date(2025, 3, 5)),
        ("not before 2025-10", RECORDED.date()),
        ("2026", RECORDED.date()),  # it was true when we recorded it, whatever the year may yet bring
    ],
)
def test_a_rating_counts_from_the_later_known_bound_and_at_the_latest_from_its_recording(
    effective_on: str, day: date
) -> None:
    assert stood(verdict(1, effective_on))[-1] == (1, day, None)


def test_a_corrected_verdict_never_stood() -> None:
    assert stood(verdict(1, "2025-01-02"), verdict(2, "2025-01-02", corrects=1)) == [
        (None, MADE, date(2025, 1, 2)),
        (2, date(2025, 1, 2), None),
    ]


def test_a_verdict_that_counts_only_after_the_next_one_never_stood() -> None:
    assert stood(verdict(1, "not before 2025-01"), verdict(2, "2025-03-04"))[1:] == [(2, date(2025, 3, 4), None)]


def test_a_verdict_from_the_day_of_the_pledge_leaves_no_time_without_one() -> None:
    assert stood(verdict(1, "2024-06-01")) == [(1, MADE, None)]


def test_only_a_day_of_the_calendar_is_exact() -> None:
    for effective_on, is_exact in {"2025-03-04": True, "2025-03": False, "not before 2025-03-04": False}.items():
        content = replace(CONTENT, verdicts=(verdict(1, effective_on),))
        assert standing_ratings(content, {1: RECORDED})[-1] == Stood(
            1, 1, *(standing_ratings(content, {1: RECORDED})[-1][2:4]), is_exact
        )


@pytest.mark.parametrize(
    ("first", "count", "second"),
    [
        (date(2026, 2, 3), 1, None),
        (date(2025, 12, 31), 3, date(2026, 1, 31)),
        (date(2024, 3, 1), 24, date(2024, 4, 30)),
        (date(2024, 2, 29), 9, date(2024, 6, 30)),  # by quarters
        (date(2020, 4, 1), 24, date(2020, 9, 30)),
        (date(2020, 3, 31), 7, date(2021, 12, 31)),  # by years
    ],
)
def test_the_days_of_a_table_are_months_quarters_or_years(first: date, count: int, second: date | None) -> None:
    days, is_cut = count_days(first, date(2026, 2, 9))

    assert (len(days), days[-1], is_cut) == (count, date(2026, 2, 9), False)
    assert second is None or days[1] == second


def test_a_table_of_very_many_years_leaves_the_first_out() -> None:
    days, is_cut = count_days(date(1900, 1, 1), date(2026, 2, 9))

    assert (days[0], len(days), is_cut) == (date(2003, 12, 31), 24, True)


@pytest.mark.django_db
def test_counts_over_time_add_up_to_the_totals_of_today() -> None:
    topic, squeezed, peeled = make_topic(), make_rating(), make_rating()
    for other_topic in (topic, None):
        fields = {"topic": other_topic} if other_topic else {}
        pledge = make_published_pledge(made_on="2024-06-01", **fields)
        make_verdict(pledge, rating=squeezed, effective_on="2025-05-02")
        make_verdict(pledge, rating=peeled, effective_on="2025-07")
        publish(pledge, kind="verdict")

    every, one = trend(today=date(2025, 8, 9)), trend(topic=topic.pk, today=date(2025, 8, 9))

    assert every.days[0] == date(2024, 6, 30)
    assert every.counted[None] == [2] * 9 + [0] * 6
    assert every.counted[squeezed.pk] == [0] * 11 + [2, 2, 0, 0]
    assert every.counted[peeled.pk] == [0] * 13 + [2, 2]
    assert one.counted[peeled.pk] == [0] * 13 + [1, 1]
    assert (every.verdicts, every.inexact_verdicts) == (6, 2)
    assert all(sum(column) == 2 for column in zip(*every.counted.values(), strict=True))


@pytest.mark.django_db
def test_nothing_published_is_no_trend() -> None:
    assert trend(today=MADE).days == []


@pytest.mark.django_db
def test_a_withdrawn_pledge_leaves_the_trends_and_comes_back() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal")
    assert not StandingRating.objects.exists()

    publish(pledge, kind="update")

    assert StandingRating.objects.count() == 2
