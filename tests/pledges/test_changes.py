import pytest

from pledges import changes
from pledges.labels import Labels
from pledges.models import PublicPledge
from tests.factories import make_pledge, make_published_pledge, make_rating, make_verdict, publish

pytestmark = pytest.mark.django_db


def test_a_new_verdict_is_told_with_the_rating_before_and_after() -> None:
    pledge = make_published_pledge()
    make_verdict(pledge, rating=make_rating(name="Peeled"), effective_on="2025-06")
    publish(pledge, kind="verdict")

    newest, first = changes.latest(5, Labels())

    assert newest.has_moved
    assert newest.before == first.after
    assert newest.after is not None
    assert newest.after.name == "Peeled"
    assert first.before is None


def test_a_minor_edition_is_told_nowhere() -> None:
    pledge = make_published_pledge()
    pledge.background = "Lemons are sour, mostly."
    pledge.save()
    publish(pledge, kind="minor")

    assert [change.kind for change in changes.latest(5, Labels())] == ["first"]
    assert [change.kind for change in changes.latest_of(PublicPledge.objects.all(), Labels())] == ["first"]


def test_of_a_withdrawn_pledge_only_the_withdrawal_is_told() -> None:
    pledge = make_published_pledge(headline="A lemon that was taken back")
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    told = changes.latest(5, Labels())

    assert [(change.headline, change.change_note) for change in told] == [("", "It was a lime.")]


def test_gives_the_last_change_of_each_pledge_newest_first() -> None:
    older, newer = make_pledge(), make_pledge()
    publish(older)
    publish(newer)
    older.background = "New context."
    older.save()
    publish(older, change_note="Context added.")

    told = changes.latest_of(PublicPledge.objects.all(), Labels())

    assert [(change.slug, change.kind) for change in told] == [(older.slug, "update"), (newer.slug, "first")]
