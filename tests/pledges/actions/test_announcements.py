"""Where announced editions are told, and that it can be made again from them."""

import pytest

from pledges.actions import announcements, drafts, public_pledges
from pledges.models import Announcement, Pledge
from tests.factories import make_changed_labels, make_published_pledge, make_topic, publish
from tests.pledges.views.past import redact

pytestmark = pytest.mark.django_db


def told(heading: str) -> list[tuple[int, str]]:
    return list(Announcement.objects.filter(heading=heading).values_list("edition", "course"))


def move_to(pledge: Pledge, **groupings: object) -> None:
    Pledge.objects.filter(pk=pledge.pk).update(**groupings)
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)))


def republish(pledge: Pledge, **options: str) -> None:
    publish(Pledge.objects.get(pk=pledge.pk), **options)


def test_an_edition_is_told_under_its_groupings_and_a_correction_as_one_too() -> None:
    pledge = make_published_pledge()
    publish(pledge, kind="correction")

    for dimension in ("topic", "department", "promisor"):
        key = getattr(pledge, f"{dimension}_id")
        assert told(Announcement.under(dimension, key)) == [(1, "here"), (2, "here")]
    assert told("corrections") == [(2, "here")]


def test_a_minor_edition_is_told_nowhere() -> None:
    pledge = make_published_pledge()
    Pledge.objects.filter(pk=pledge.pk).update(background="Sour, mostly.")
    publish(drafts.settle(Pledge.objects.get(pk=pledge.pk)), kind="minor")

    assert not Announcement.objects.filter(edition=2).exists()


def test_a_move_is_told_where_the_pledge_was_and_where_it_went() -> None:
    pledge, to = make_published_pledge(), make_topic()

    move_to(pledge, topic=to)
    republish(pledge)

    assert told(f"topic/{pledge.topic_id}") == [(1, "here"), (2, "left")]
    assert told(f"topic/{to.pk}") == [(2, "came"), (3, "here")]


def test_a_withdrawal_is_told_wherever_the_pledge_ever_was_even_when_it_is_back() -> None:
    pledge = make_published_pledge()
    republish(pledge, kind="correction")
    move_to(pledge, topic=make_topic())
    republish(pledge, kind="withdrawal", change_note="It was a lime.")

    assert told(f"topic/{pledge.topic_id}") == told("corrections") == [(4, "here")]

    republish(pledge, kind="update", change_note="It was a lemon.")

    assert told(f"topic/{pledge.topic_id}") == [(1, "here"), (2, "here"), (3, "left"), (4, "here")]
    assert told("corrections") == [(2, "here"), (4, "here")]


def test_a_blanked_edition_counts_as_where_the_one_beside_it_was() -> None:
    pledge = make_published_pledge()
    republish(pledge)

    redact(pledge, 1)

    assert told(f"topic/{pledge.topic_id}") == [(1, "here"), (2, "here"), (3, "here")]


def test_publishing_names_the_pages_of_everything_the_pledge_was_in() -> None:
    pledge = make_published_pledge()
    move_to(pledge, topic=make_changed_labels()[1])

    assert {f"topic:{pledge.topic.slug}", "topic:changed-topic"} <= announcements.refresh(pledge)


def test_made_again_it_is_the_same_and_a_change_in_the_database_is_found() -> None:
    pledge = make_published_pledge()
    move_to(pledge, topic=make_topic())
    before = set(Announcement.objects.values_list("edition", "heading", "course"))

    assert [*public_pledges.rebuild()] == [pledge.slug]
    assert set(Announcement.objects.values_list("edition", "heading", "course")) == before
    assert list(public_pledges.differences()) == []

    Announcement.objects.filter(edition=2, course="left").delete()
    (sentence,) = public_pledges.differences()
    assert f"The changes of the pledge {pledge.pk} are told elsewhere" in sentence
