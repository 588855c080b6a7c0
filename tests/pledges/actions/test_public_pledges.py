import pytest

from pledges.actions import public_pledges
from pledges.models import DueTally, PublicPledge, PublicSource, Tally
from tests.factories import make_published_pledge, make_rating, make_verdict, publish

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


def test_the_tally_follows_every_publication() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, rating=make_rating(), effective_on="2025-06")
    publish(pledge, kind="verdict")
    public = PublicPledge.objects.get()

    assert list(Tally.objects.values_list("rating", "topic", "pledges")) == [(public.rating_id, public.topic_id, 1)]

    publish(pledge, kind="withdrawal")

    assert not Tally.objects.exists()


@pytest.mark.parametrize("tally", [Tally, DueTally, PublicSource])
def test_a_wrong_tally_is_found_and_made_again(tally: type[Tally | DueTally | PublicSource]) -> None:
    make_published_pledge()
    tally.objects.update(pledges=7)

    assert list(public_pledges.miscounted())

    list(public_pledges.rebuild())

    assert not list(public_pledges.miscounted())
