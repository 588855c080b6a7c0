import pytest

from pledges.labels import Labels
from tests.factories import make_rating

pytestmark = pytest.mark.django_db


def test_labels_come_in_the_order_of_the_scale() -> None:
    make_rating(name="Second", position=102)
    make_rating(name="First", position=101)

    assert [label.name for label in Labels().of("rating")] == ["First", "Second"]
