"""What PostgreSQL is told to look up of what changed last."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pledges.search_index import _SINCE_EDGE, _TO_SECOND, place_terms
from tests.pledges.forgeries import postgresql_only

pytestmark = pytest.mark.django_db


@postgresql_only
@given(st.integers(2**_TO_SECOND, 2**62), st.integers(0, 2**62))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_place_before_a_second_has_a_term_of_those_since(edge: int, place: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"WITH edge AS (SELECT %s::bigint AS place) SELECT {_SINCE_EDGE}", [edge])
        (said,) = cursor.fetchone()
    since = {*said.strip(" &()").split(" | ")} if said else set()

    assert since.isdisjoint(place_terms(place)) == (place >> _TO_SECOND < edge >> _TO_SECOND)
