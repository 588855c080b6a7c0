from datetime import date

import pytest

from pledges.charts import areas
from pledges.labels import Labels
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
    assert [(row.day, row.counts, row.total) for row in chart.rows] == [
        (DAYS[2], [2, 2, 0], 4),
        (DAYS[1], [0, 1, 3], 4),
        (DAYS[0], [0, 0, 4], 4),
    ]


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
