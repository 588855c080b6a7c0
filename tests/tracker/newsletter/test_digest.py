import pytest
from django.db.models import Max

from pledges import changes
from pledges.actions.redactions import Order, redact
from pledges.changes import Change
from pledges.labels import Labels
from pledges.models import Edition, Pledge
from tests.factories import make_editor, make_published_pledge, make_rating, make_verdict, publish
from tracker.newsletter import digest as module
from tracker.newsletter.digest import Since, digest, since

pytestmark = pytest.mark.django_db


def head() -> int:
    return int(Edition.objects.aggregate(head=Max("sequence"))["head"] or 0)


def told_since(start: int) -> dict[str, list[str]]:
    return {group.name: [line.slug for line in group.lines] for group in digest(start, head())}


def change(pledge: Pledge, kind: str, *, note: str = "Something changed.", rating: str = "") -> None:
    if rating:
        make_verdict(pledge, rating=make_rating(name=rating), effective_on=f"2025-0{pledge.verdicts.count() + 3}")
    else:
        Pledge.objects.filter(pk=pledge.pk).update(background=f"Sour: {note}")
    publish(pledge, kind=kind, change_note=note)


def test_it_groups_by_what_moved_the_rating_first() -> None:
    moved, corrected, updated, withdrawn = (make_published_pledge() for _ in range(4))
    start = head()
    publish(withdrawn, kind="withdrawal")
    change(updated, "update")
    change(corrected, "correction")
    change(moved, "verdict", rating="Peeled")
    new = make_published_pledge()

    assert told_since(start) == {
        "moved": [moved.slug],
        "corrected": [corrected.slug],
        "new": [new.slug],
        "updated": [updated.slug],
        "withdrawn": [withdrawn.slug],
    }
    assert list(told_since(start)) == ["moved", "corrected", "new", "updated", "withdrawn"]


def test_several_editions_of_a_pledge_are_one_line_from_the_first_rating_to_the_last() -> None:
    pledge = make_published_pledge()
    start, before = head(), pledge.verdicts.get().rating.name
    change(pledge, "verdict", rating="Peeled", note="Peeled now.")
    change(pledge, "correction", note="Not quite.")
    change(pledge, "verdict", rating="Squashed", note="Squashed now.")

    (group,) = digest(start, head())
    (line,) = group.lines

    assert group.name == "corrected"
    assert line.before is not None
    assert line.after is not None
    assert (line.before.name, line.after.name) == (before, "Squashed")
    assert [change.change_note for change in line.told] == ["Peeled now.", "Not quite.", "Squashed now."]
    assert [change.change_note for change in line.earlier] == ["Not quite.", "Peeled now."]


def test_a_new_pledge_goes_from_the_rating_it_began_with_to_the_last() -> None:
    pledge = make_published_pledge()
    began = pledge.verdicts.get().rating.name
    change(pledge, "verdict", rating="Squashed")

    (group,) = digest(0, head())
    (line,) = group.lines

    assert (group.name, line.has_moved) == ("new", True)
    assert line.before is not None
    assert line.before.name == began


def test_a_correction_stands_under_corrections_even_if_the_rating_moved_by_it() -> None:
    pledge = make_published_pledge()
    start = head()
    change(pledge, "correction", rating="Peeled")

    assert told_since(start) == {"corrected": [pledge.slug]}


def test_a_redaction_is_no_new_fact() -> None:
    pledge = make_published_pledge(headline="A lemon for Rudolf Rassendyll")
    start = head()
    order = Order("A name was removed.", make_editor(is_superuser=True), make_editor(is_superuser=True), ["Rassendyll"])
    redact(pledge, order)

    assert told_since(start) == {"redacted": [pledge.slug]}


def test_what_became_of_it_later_is_known() -> None:
    corrected, withdrawn, untouched = (make_published_pledge() for _ in range(3))
    end = head()
    change(corrected, "correction")
    change(untouched, "update")
    publish(withdrawn, kind="withdrawal")
    later = make_published_pledge()
    change(later, "correction")

    assert since(0, end) == Since(frozenset({corrected.slug}), withdrawn=1)
    assert since(0, head()) == since(end + 99, end + 99) == Since(frozenset(), withdrawn=0)


def test_a_rating_that_moved_and_came_back_did_not_move() -> None:
    pledge = make_published_pledge()
    start, first = head(), pledge.verdicts.get().rating
    change(pledge, "verdict", rating="Peeled")
    make_verdict(pledge, rating=first, effective_on="2025-09")
    publish(pledge, kind="verdict")

    assert told_since(start) == {"updated": [pledge.slug]}


def test_minor_editions_and_what_lies_outside_are_not_told() -> None:
    before = make_published_pledge()
    start = head()
    change(before, "minor")
    end = head()
    make_published_pledge()

    assert digest(start, end) == []


def test_of_a_withdrawn_pledge_only_the_withdrawal_is_told() -> None:
    start = head()
    pledge = make_published_pledge(headline="A lemon that was taken back")
    publish(pledge, kind="withdrawal", change_note="It was a lime.")

    (group,) = digest(start, head())

    assert group.name == "withdrawn"
    assert [(line.headline, line.title) for line in group.lines] == [("", "A pledge page was withdrawn")]


def test_a_group_that_is_too_long_is_not_read_whole_and_says_how_many_are_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_LINES", 2)
    moved = [make_published_pledge() for _ in range(3)]
    start = head()
    new = [make_published_pledge() for _ in range(4)]
    for pledge in moved:
        change(pledge, "verdict", rating=f"Peeled {pledge.pk}")
    read: list[int] = []
    between = changes.between

    def counted(after: int, until: int, pledges: list[int], labels: Labels) -> list[Change]:
        read.extend(pledges)
        return between(after, until, pledges, labels)

    monkeypatch.setattr(changes, "between", counted)

    groups = digest(start, head())

    assert [(group.name, len(group.lines), group.left_out) for group in groups] == [("moved", 2, 1), ("new", 2, 2)]
    assert set(read) == {pledge.pk for pledge in [*moved, *new[:2]]}
