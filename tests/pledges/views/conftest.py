import pytest

from pledges.models import Pledge
from tests.factories import make_evidence, make_pledge, make_rating, make_verdict, publish_at


@pytest.fixture
def pledge() -> Pledge:
    """Published on 3 March 2025, with another verdict on 5 March, and corrected on 9 March."""
    pledge = make_pledge(slug="lemon", headline="A lemon for all")
    make_evidence(pledge, title="A cart came")
    make_verdict(pledge, rating=make_rating(name="Squeezed"), effective_on="2025-03-01", summary="All is well.")
    publish_at("2025-03-03T12:00+00:00", pledge)
    wrong = make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-03-04", summary="Only peel.")
    publish_at("2025-03-05T12:00+00:00", pledge, kind="verdict", change_note="The peel is off.")
    make_verdict(pledge, rating=make_rating(name="Pressed"), effective_on="2025-03-04", corrects=wrong)
    publish_at("2025-03-09T12:00+00:00", pledge, kind="correction", change_note="It was pressed since 4 March.")
    return pledge
