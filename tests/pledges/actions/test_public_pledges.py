import pytest

from pledges.actions import public_pledges
from pledges.models import PublicPledge
from tests.factories import (
    make_published_pledge,
)

pytestmark = pytest.mark.django_db


def test_rebuild_makes_the_same_rows_again() -> None:
    for _ in range(2):
        make_published_pledge()
    before = list(PublicPledge.objects.values())
    PublicPledge.objects.first().delete()  # type: ignore[union-attr]
    PublicPledge.objects.update(headline="Falsified", rating=None)

    assert len(list(public_pledges.rebuild())) == 2

    assert list(PublicPledge.objects.values()) == before
    assert list(public_pledges.differences()) == []
