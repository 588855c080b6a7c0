from typing import Any

import pytest

from pledges import changes
from pledges.actions import drafts
from pledges.changes import Within
from pledges.content import canonical
from pledges.labels import Labels
from pledges.models import Edition, Pledge, Rating
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


def test_of_a_withdrawn_pledge_only_the_withdrawal_is_told() -> None:
    pledge = make_published_pledge(headline="A lemon that was taken back")
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    told = changes.latest(5, Labels())

    assert [(change.headline, change.change_note) for change in told] == [("", "It was a lime.")]


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
    assert [change.content.background if change.content else None for change in told] == [
        None,
        "A second background.",
        None,
    ]
    assert told[2].headline == pledge.headline


def redact(pledge: Pledge) -> None:
    """Blank the first edition of a pledge, as a later entry of the log allows."""
    first, last = pledge.editions.order_by("pk")[0], Edition.objects.order_by("pk").last()
    assert last is not None
    entry = canonical({"pledge": pledge.slug, "rating": "", "redacts": [first.pk]})
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
    assert asked(is_of_corrections=True) == [3]
    assert asked(is_first=True) == [2, 1]
    assert asked(is_first=False) == [3]
    assert asked(topic=pledge.topic_id, promisor=pledge.promisor_id) == [3, 1]
    assert asked(topic=pledge.topic_id, department=pledge.department_id, before=3) == [1]
    assert asked(since=correction.published_at) == [3]
    assert asked(before=3) == [2, 1]
    assert asked(before=99, pledge=pledge.pk) == [3, 1]


def test_of_a_size_there_are_no_more_than_fit_and_always_one() -> None:
    for _number in range(3):
        make_published_pledge(background="Sour. " * 500)

    def told(most_bytes: int) -> list[int]:
        return [change.sequence for change in changes.latest_of_size(5, most_bytes, Labels(), Within())]

    assert told(10) == [3]
    assert told(10_000) == [3, 2]
    assert told(1_000_000) == [3, 2, 1]


def test_a_change_is_called_as_its_edition_calls_it() -> None:
    pledge = make_pledge(headline="A lemon")
    make_verdict(pledge, rating=make_rating(name="Peeled", slug="peeled", family="moving"))
    publish(pledge)
    Pledge.objects.filter(pk=pledge.pk).update(headline="A lime")
    Rating.objects.filter(slug="peeled").update(name="Pressed")
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))

    told = changes.latest(5, Labels())

    assert [(one.headline, one.before and one.before.name, one.after and one.after.name) for one in told] == [
        ("A lime", "Pressed", "Pressed"),
        ("A lemon", None, "Peeled"),
    ]
