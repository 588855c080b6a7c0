"""Lists cost the same number of queries whatever they list."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.fictional import Country

pytestmark = pytest.mark.django_db

LISTS = [
    "/",
    "/pledges/",
    "/pledges/?sort=due&family=kept&overdue=1",
    "/pledges/?q=lemon",
    "/pledges/?q=lemon+district&sort=due&due=passed&source={source}&changed_since=2019-01-01",
    "/pledges/?q=nowhere&overdue=1&changed_since=2019-01-01",
    "/topics/",
    "/departments/",
    "/promisors/",
    "/updates/",
    "/updates/?since=2020-01-01&before=9",
    "/updates/feed.atom",
    "/topics/topic-3/feed.atom",
    "/trends/?topic=topic-3",
    "/at/2021-01-01/",
    "/corrections/",
]
GROUPS = ["/topics/topic-3/", "/departments/department-3/", "/promisors/promisor-1/"]  # of three lists each


def test_lists_cost_the_same_queries_at_10_and_200_pledges(client: Client) -> None:
    country = Country()
    counts = []
    for more in (10, 190):
        country.publish(more)
        counts.append({path: queries_of(client, path.format(source=country.source.pk)) for path in (*LISTS, *GROUPS)})

    assert counts[0] == counts[1]
    assert max(counts[1][path] for path in LISTS) <= 5
    assert max(counts[1][path] for path in GROUPS) <= 7


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
