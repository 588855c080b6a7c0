"""Dates as far as they are known."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pledges.dates import PartialDate, first_moment_of

LENGTHS = st.sampled_from([4, 7, 10])  # of a year, a month, a day


def point(day: dt.date, length: int) -> str:
    return day.isoformat()[:length]


POINTS = st.builds(point, st.dates(), LENGTHS)
TWO_POINTS = (
    st.tuples(st.lists(st.dates(), min_size=2, max_size=2).map(sorted), LENGTHS, LENGTHS)
    .map(lambda drawn: (point(drawn[0][0], drawn[1]), point(drawn[0][1], drawn[2])))
    .filter(lambda points: points[0] != points[1])
)
STORED_FORMS = st.one_of(
    POINTS,
    POINTS.map("not before {}".format),
    POINTS.map("not after {}".format),
    TWO_POINTS.map(lambda points: "between {} and {}".format(*points)),
)


@given(STORED_FORMS)
def test_every_stored_form_is_read_and_stays_as_it_is(text: str) -> None:
    assert PartialDate.parse(text).text == text


@given(STORED_FORMS)
def test_the_earliest_day_is_never_after_the_latest(text: str) -> None:
    partial = PartialDate.parse(text)

    assert (partial.earliest or dt.date.min) <= (partial.latest or dt.date.max)
    assert (partial.earliest or dt.date.min) <= partial.order_day <= (partial.latest or dt.date.max)


@given(st.dates(), LENGTHS)
def test_a_point_holds_its_day(day: dt.date, length: int) -> None:
    partial = PartialDate.parse(point(day, length))

    assert partial.earliest is not None
    assert partial.latest is not None
    assert partial.earliest <= day <= partial.latest
    assert (partial.earliest == partial.latest) == (length == 10)


@given(STORED_FORMS)
def test_no_stored_form_is_padded_in_words(text: str) -> None:
    words = str(PartialDate.parse(text)).split()

    assert len([word for word in words if word.isdigit() and len(word) == 4]) == text.count("and") + 1
    assert not any(word.startswith("0") and len(word) < 4 for word in words)


@given(st.one_of(st.text(), st.text("0123456789- abdeflnortw")))
def test_any_text_is_a_date_or_is_refused_in_a_sentence(text: str) -> None:
    try:
        answer = PartialDate.parse(text).text
    except ValueError as error:
        answer = str(error)

    assert answer == text or answer.endswith(".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2025", "2025"),
        ("2025-03", "March 2025"),
        ("2025-03-03", "3 March 2025"),
        ("not before 2025-10", "not before October 2025"),
        ("not after 2025-10-31", "not after 31 October 2025"),
        ("between 2024-11 and 2025", "between November 2024 and 2025"),
    ],
)
def test_shows_what_is_known_in_words(text: str, words: str) -> None:
    assert str(PartialDate.parse(text)) == words


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "order_day"),
    [
        ("2025", "2025-01-01", "2025-12-31", "2025-01-01"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024-02-01"),
        ("2025-03-03", "2025-03-03", "2025-03-03", "2025-03-03"),
        ("not before 2025-10", "2025-10-01", "None", "2025-10-01"),
        ("not after 2025-02", "None", "2025-02-28", "2025-02-28"),
        ("between 2024-11 and 2025", "2024-11-01", "2025-12-31", "2024-11-01"),
        ("between 2025 and 2025-03", "2025-01-01", "2025-03-31", "2025-01-01"),
    ],
)
def test_knows_its_bounds(text: str, earliest: str, latest: str, order_day: str) -> None:
    partial = PartialDate.parse(text)

    assert (str(partial.earliest), str(partial.latest), str(partial.order_day)) == (earliest, latest, order_day)


@pytest.mark.parametrize(
    ("text", "is_bound"),
    [
        *[("2025", False), ("2025-03", False), ("2025-03-03", False)],
        *[("not before 2025", True), ("not after 2025", True), ("between 2025 and 2026", True)],
    ],
)
def test_tells_a_bound_from_a_date(text: str, is_bound: bool) -> None:  # noqa: FBT001
    assert PartialDate.parse(text).is_bound is is_bound


@pytest.mark.parametrize(
    "text",
    [
        *["", " ", "soon", "25", "2025-3", "2025-03-3", "20250303", "2025/03/03", "03-03-2025", "March 2025", "2025-"],
        *["2025-03-03T00:00", "12025", "-2025", "٢٠٢٥", "2025\n", " 2025", "2025-03-03 "],
        *["before 2025", "not before", "not before 2025 ", "Not before 2025", "not before  2025", "after 2025"],
        *["between 2025", "between 2025 and", "between 2025 and soon", "2025 and 2026", "not after not after 2025"],
    ],
)
def test_refuses_another_form(text: str) -> None:
    with pytest.raises(ValueError, match=r"^Write a date as 2025, 2025-03 or 2025-03-03, or as “not before …”,"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "text",
    ["2025-02-29", "2025-13", "2025-00", "2025-04-31", "0000", "not before 2025-13", "between 2025 and 2026-02-30"],
)
def test_refuses_a_day_that_is_not_in_the_calendar(text: str) -> None:
    with pytest.raises(ValueError, match=f"^“{text}” is not a day of the calendar.$"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "text", ["between 2026 and 2025", "between 2025-03-04 and 2025-03-03", "between 2026 and 2025-12"]
)
def test_refuses_bounds_in_the_wrong_order(text: str) -> None:
    with pytest.raises(ValueError, match=r"^The first date is after the second one\.$"):
        PartialDate.parse(text)


def test_refuses_two_bounds_that_are_one_date() -> None:
    with pytest.raises(ValueError, match=r"^Both dates are the same: write it once\.$"):
        PartialDate.parse("between 2025-03 and 2025-03")


def test_a_day_begins_at_midnight_where_the_site_is() -> None:
    assert first_moment_of(dt.date(2026, 7, 1)).astimezone(dt.UTC) == dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC)
    assert first_moment_of(dt.date(2026, 1, 1)).astimezone(dt.UTC) == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
