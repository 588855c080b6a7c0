import pytest

from pledges.actions import public_pledges
from pledges.models import DueTally, PublicPledge, PublicSource, StandingRating, Tally
from tests.factories import make_pledge, make_published_pledge, make_rating, make_verdict, publish

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


def test_rebuild_makes_the_standing_ratings_again() -> None:
    make_published_pledge()
    columns = ("pledge_id", *StandingRating.FIELDS)
    before = list(StandingRating.objects.values_list(*columns))
    StandingRating.objects.filter(rating=None).delete()

    list(public_pledges.rebuild())

    assert list(StandingRating.objects.values_list(*columns)) == before


@pytest.mark.parametrize("changed", [{"until_day": "2100-01-01"}, {"from_day": "2001-01-01"}, {"is_exact": False}])
def test_a_wrong_standing_rating_is_found(changed: dict[str, object]) -> None:
    pledge = make_published_pledge()
    StandingRating.objects.filter(until_day=None).update(**changed)

    assert list(public_pledges.differences()) == [
        f"The trends say something else than the last edition of {pledge.slug}."
    ]


def test_standing_ratings_of_a_pledge_that_was_never_published_are_found() -> None:
    draft, row = make_pledge(), {"from_day": "2025-01-01", "is_exact": True}
    StandingRating.objects.create(pledge=draft, topic=draft.topic, **row)

    assert list(public_pledges.differences()) == [f"The trends have the pledge {draft.pk}, which was never published."]


def test_a_forged_list_of_corrections_is_found() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="correction")
    assert PublicPledge.objects.get().made_corrections
    PublicPledge.objects.update(corrections="[]")

    assert list(public_pledges.differences()) == [
        f"The lists say something else than the last edition of {pledge.slug}: corrections."
    ]


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
