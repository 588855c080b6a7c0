from typing import Any

import pytest

from pledges import changes
from pledges.actions import drafts
from pledges.changes import Within
from pledges.content import canonical
from pledges.labels import Labels
from pledges.models import Edition, Pledge, PublicPledge
from tests.factories import make_changed_labels, make_pledge, make_published_pledge, make_rating, make_verdict, publish
from tests.pledges.forgeries import continuing

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


def test_of_a_withdrawn_pledge_the_withdrawal_is_told_even_after_a_redaction() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="withdrawal", change_note="It was a lime.")
    redact(pledge)

    assert [change.kind for change in changes.latest(5, Labels())] == ["withdrawal"]


def test_of_a_redaction_and_of_what_it_blanked_only_the_note_is_told() -> None:
    pledge = make_published_pledge()
    Pledge.objects.filter(pk=pledge.pk).update(background="A second background.")
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)), change_note="Context added.")
    redact(pledge)

    told = changes.latest(5, Labels())

    assert [change.kind for change in told] == ["redaction", "update", "first"]
    assert {number: said.background for number, said in changes.contents(told).items()} == {2: "A second background."}


def redact(pledge: Pledge) -> None:
    """Blank the first edition of a pledge, as a later entry of the log allows."""
    first, last = pledge.editions.order_by("pk")[0], Edition.objects.order_by("pk").last()
    assert last is not None
    entry = canonical({"rating": "", "redacts": [first.pk]})
    continuing(last, kind="redaction", entry=entry, change_note="A court said so.").save(force_insert=True)
    Edition.objects.filter(pk=first.pk).update(content=None, salt=None, content_digest=None)


@pytest.mark.parametrize("name", ["topic", "department", "promisor"])
def test_a_grouping_has_the_changes_of_its_pledges(name: str) -> None:
    other = make_pledge()
    within = {"topic": other.topic, "department": make_changed_labels()[2], "promisor": make_changed_labels()[0]}[name]
    Pledge.objects.filter(pk=other.pk).update(**{name: within})
    publish(drafts.settle(Pledge.objects.get(pk=other.pk)))
    make_published_pledge()

    told = changes.latest(5, Labels(), Within(**{name: within.pk}))

    assert [change.slug for change in told] == [other.slug]


def test_changes_can_be_asked_for_by_pledge_kind_moment_and_place() -> None:
    pledge, other = make_published_pledge(), make_published_pledge()
    make_verdict(pledge, corrects=pledge.verdicts.get())
    publish(pledge, kind="correction")
    correction = Edition.objects.get(kind="correction")

    def asked(**within: Any) -> list[int]:
        return [change.sequence for change in changes.latest(5, Labels(), Within(**within))]

    assert asked() == [3, 2, 1]
    assert asked(pledge=other.pk) == [2]
    assert asked(kind="correction") == [3]
    assert asked(since=correction.published_at) == [3]
    assert asked(before=3) == [2, 1]
    assert asked(before=99, pledge=pledge.pk) == [3, 1]
