import datetime as dt
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from pledges.actions import addresses, checks, drafts, public_pledges, samples
from pledges.actions.addresses import AddressTakenError
from pledges.actions.journal import public_change
from pledges.models import Generation, Journal, Pledge, PublicPledge, RetiredSlug, Source, Topic
from tests.factories import (
    make_editor,
    make_evidence,
    make_pledge,
    make_published_pledge,
    make_source,
    make_topic,
    publish,
)

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 3)


def test_a_change_that_fails_takes_no_number() -> None:
    def fail() -> None:
        with public_change() as tags:
            tags.add("lists")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert Generation.objects.get().number == 0
    assert not Journal.objects.exists()


def test_settle_counts_versions_and_follows_the_content() -> None:
    pledge = make_pledge()
    Pledge.objects.update(headline="Changed")

    settled = drafts.settle(pledge)

    assert settled.version == pledge.version + 1
    assert settled.draft_digest != pledge.draft_digest


def test_a_changed_source_counts_as_a_change_of_every_pledge_that_cites_it() -> None:
    source = make_source()
    made_in, citing, neither = make_published_pledge(made_in=source), make_published_pledge(), make_published_pledge()
    make_evidence(citing, sources=[source])
    publish(citing)
    Source.objects.filter(pk=source.pk).update(title="The lemon act, as amended")

    assert drafts.settle_citing(source) == 2

    changed = [
        drafts.has_unpublished_changes(Pledge.objects.get(pk=pledge.pk)) for pledge in (made_in, citing, neither)
    ]
    assert changed == [True, True, False]


def test_a_pledge_that_was_never_published_has_unpublished_changes() -> None:
    assert drafts.has_unpublished_changes(make_pledge())


def test_a_check_moves_only_the_check_dates() -> None:
    pledge = make_published_pledge()
    before = dict(PublicPledge.objects.values().get())

    checks.record(pledge, checked_on=TODAY, next_due_on=TODAY + dt.timedelta(days=30), by=make_editor())

    after = dict(PublicPledge.objects.values().get())
    assert {name for name in before if before[name] != after[name]} == {"checked_on", "next_check_on"}
    assert "lists" in Journal.objects.get(number=2).tags


def test_a_check_cannot_be_due_again_before_it_was_made() -> None:
    with pytest.raises(ValidationError, match="must be later"):
        checks.record(make_pledge(), checked_on=TODAY, next_due_on=TODAY, by=make_editor())


def test_move_keeps_the_old_address() -> None:
    pledge = make_published_pledge(slug="old-lemon")

    addresses.move(pledge, to="new-lemon")

    assert PublicPledge.objects.get().slug == Pledge.objects.get().slug == "new-lemon"
    assert RetiredSlug.objects.get().slug == "old-lemon"
    assert publish(pledge, kind="minor").number == 2


def test_a_pledge_can_move_back() -> None:
    pledge = make_published_pledge(slug="old-lemon")
    addresses.move(pledge, to="new-lemon")

    addresses.move(pledge, to="old-lemon")

    assert RetiredSlug.objects.get().slug == "new-lemon"


@pytest.mark.parametrize("taken", ["first", "second"])
def test_an_address_is_never_given_to_another_pledge(taken: str) -> None:
    addresses.move(make_published_pledge(slug="first"), to="second")

    with pytest.raises(AddressTakenError):
        addresses.move(make_published_pledge(), to=taken)


def test_rebuild_makes_the_same_rows_again() -> None:
    for _ in range(2):
        make_published_pledge()
    before = list(PublicPledge.objects.values())
    PublicPledge.objects.first().delete()  # type: ignore[union-attr]
    PublicPledge.objects.update(headline="Falsified", rating=None)

    assert len(list(public_pledges.rebuild())) == 2

    assert list(PublicPledge.objects.values()) == before
    assert list(public_pledges.differences()) == []


def sample(tmp_path: Path, *rows: str) -> Path:
    fixture = tmp_path / "sample.json"
    fixture.write_text(f"[{','.join(rows)}]")
    return fixture


TOPIC = '{"model": "pledges.topic", "fields": {"name": "Limes", "slug": "limes", "description": ""}}'


def test_a_sample_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    make_topic(name="Our limes", slug="limes")

    samples.load(sample(tmp_path, TOPIC))

    assert Topic.objects.get(slug="limes").name == "Our limes"


def test_rows_of_a_pledge_that_is_there_already_are_not_added(tmp_path: Path) -> None:
    make_pledge(slug="lemon")
    reply = (
        '{"model": "pledges.reply", "fields": {"pledge": ["lemon"], "asked_of": "X",'
        ' "asked_on": "2026-01-01", "answer_by": "2026-01-08"}}'
    )

    assert samples.load(sample(tmp_path, TOPIC, reply)) == []

    assert not Pledge.objects.get().replies.exists()
    assert Source.objects.count() == 1
