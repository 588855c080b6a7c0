from datetime import date

import pytest

from pledges.charts import areas, rating_bar
from pledges.labels import Labels
from pledges.totals import Cell
from pledges.trends import Trend
from tests.factories import make_rating

pytestmark = pytest.mark.django_db
DAYS = [date(2025, 1, 31), date(2025, 2, 10), date(2025, 3, 2)]


def test_areas_lie_on_each_other_in_the_order_of_the_scale() -> None:
    peeled, squeezed = make_rating(name="Peeled", family="partly"), make_rating(name="Squeezed")
    trend = Trend(DAYS, {None: [4, 3, 0], squeezed.pk: [0, 1, 2], peeled.pk: [0, 0, 2]}, 4, 0, leaves_out_earlier=False)

    chart = areas(trend, Labels())

    assert [(area.name, area.family, area.path) for area in chart.areas] == [
        ("Peeled", "partly", "M0.0 0.0L240.0 0.0L720.0 0.0L720.0 150.0L240.0 0.0L0.0 0.0Z"),
        ("Squeezed", "kept", "M0.0 0.0L240.0 0.0L720.0 150.0L720.0 300.0L240.0 75.0L0.0 0.0Z"),
        ("Not yet rated", "unrated", "M0.0 0.0L240.0 75.0L720.0 300.0L720.0 300.0L240.0 300.0L0.0 300.0Z"),
    ]
    assert {tuple(name for name, _count in row.counts) for row in chart.rows} == {
        ("Peeled", "Squeezed", "Not yet rated")
    }
    assert [(row.day, [count for _name, count in row.counts], row.total) for row in chart.rows] == [
        (DAYS[2], [2, 2, 0], 4),
        (DAYS[1], [0, 1, 3], 4),
        (DAYS[0], [0, 0, 4], 4),
    ]


def test_ratings_of_one_family_are_drawn_in_turn_in_two_ways() -> None:
    ratings = [make_rating(family=family) for family in ("moving", "moving", "broken", "moving")]
    trend = Trend(DAYS, {rating.pk: [1, 1, 1] for rating in ratings}, 4, 0, leaves_out_earlier=False)
    cells = [Cell(rating.pk, 1, 1, 1, pledges=1) for rating in ratings]

    in_turn = [False, True, False, False]
    assert [area.is_second for area in areas(trend, Labels()).areas] == in_turn
    assert [share.is_second for share in rating_bar(cells, Labels())] == [*in_turn, False]


def test_a_single_day_is_drawn_as_wide_as_all() -> None:
    chart = areas(Trend(DAYS[:1], {None: [2]}, 0, 0, leaves_out_earlier=False), Labels())

    assert [area.path for area in chart.areas] == ["M0.0 0.0L720.0 0.0L720.0 300.0L0.0 300.0Z"]


def test_nothing_is_an_empty_chart() -> None:
    chart = areas(Trend([], {}, 0, 0, leaves_out_earlier=False), Labels())

    assert (chart.areas, chart.rows) == ([], [])


def test_a_rating_that_stood_on_none_of_the_days_is_left_out() -> None:
    rating = make_rating()

    chart = areas(Trend(DAYS, {None: [1, 1, 1], rating.pk: [0, 0, 0]}, 1, 0, leaves_out_earlier=False), Labels())

    assert [area.family for area in chart.areas] == ["unrated"]
