from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from pledges import log, standing_facts
from pledges.actions import checkpoints
from pledges.actions.checkpoints import NotSignableError
from pledges.actions.journal import public_change
from pledges.models import Checkpoint, Journal
from pledges.record_guards import EDITION
from pledges.signed_notes import SigningKey, require_signature
from pledges.verifier import Kept, read_checkpoint
from tests.factories import make_published_pledge, publish
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.make(log.origin())


def sign(key: SigningKey, last: Kept | None = None) -> tuple[Checkpoint, Kept]:
    remembered: list[Kept] = []
    checkpoint = checkpoints.sign(key, last=last, remember=remembered.append)
    return checkpoint, remembered[0]


def forget_checkpoints() -> None:
    with unguarded():
        Checkpoint.objects.all().delete()


def test_the_note_says_what_the_log_is_and_is_signed(key: SigningKey) -> None:
    edition = publish(make_published_pledge())

    checkpoint, remembered = sign(key)

    said = read_checkpoint(checkpoint.note.encode())
    assert (said.origin, said.size, said.root) == ("tracker.test/log", 2, checkpoint.root)
    assert remembered == Kept("tracker.test/log", 2, checkpoint.root, edition.hash)
    require_signature(checkpoint.note.encode(), key.verifier_key)
    assert checkpoint.verifier_key == str(key.verifier_key)


def test_signing_is_a_public_change(key: SigningKey) -> None:
    make_published_pledge()

    checkpoint, _ = sign(key)

    assert Journal.objects.latest("number").tags == f"{standing_facts.mark(checkpoint)}\nlog\n"


def test_a_log_that_has_not_grown_keeps_its_checkpoint(key: SigningKey) -> None:
    make_published_pledge()
    first, remembered = sign(key)

    again, _ = sign(key, remembered)

    assert again == first
    assert Checkpoint.objects.count() == 1


def test_a_longer_log_gets_another_one(key: SigningKey) -> None:
    pledge = make_published_pledge()
    _, remembered = sign(key)
    publish(pledge)

    sign(key, remembered)

    assert list(Checkpoint.objects.values_list("size", flat=True)) == [1, 2]


def test_a_slow_signer_does_not_turn_back_what_a_faster_one_remembers(
    key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    pledge = make_published_pledge()
    remembered: list[Kept] = []

    @contextmanager
    def after_a_faster_one() -> Iterator[set[str]]:
        monkeypatch.undo()
        publish(pledge)
        remembered.append(sign(key)[1])
        with public_change() as tags:
            yield tags

    monkeypatch.setattr(checkpoints, "public_change", after_a_faster_one)

    assert checkpoints.sign(key, last=None, remember=remembered.append).size == 2
    assert [kept.size for kept in remembered] == [2]


def test_an_empty_log_is_not_signed(key: SigningKey) -> None:
    with pytest.raises(NotSignableError, match="nothing to sign"):
        sign(key)


@pytest.mark.parametrize(
    ("last", "says"),
    [(Kept("", 5, "x"), "cut off"), (Kept("", 1, "x"), "rewritten")],
    ids=["shorter", "inconsistent"],
)
def test_another_log_than_the_key_signed_last_is_refused(key: SigningKey, last: Kept, says: str) -> None:
    publish(make_published_pledge())

    with pytest.raises(NotSignableError, match=f"not the log that was signed last.*{says}"):
        sign(key, last)

    assert not Checkpoint.objects.exists()


def test_forgetting_the_checkpoints_in_the_database_does_not_help(key: SigningKey) -> None:
    make_published_pledge()
    _, remembered = sign(key)
    forget_checkpoints()

    with pytest.raises(NotSignableError, match="rewritten"):
        sign(key, Kept(remembered.origin, remembered.size, "another root"))


def test_another_log_than_the_database_has_a_checkpoint_of_is_refused(key: SigningKey) -> None:
    make_published_pledge()
    Checkpoint.objects.create(size=1, root="another root", note="", verifier_key="", signed_at="2026-01-01T00:00Z")
    publish(make_published_pledge())

    with pytest.raises(NotSignableError, match="rewritten"):
        sign(key)


def test_a_broken_log_is_not_signed(key: SigningKey) -> None:
    publish(make_published_pledge())
    with unguarded(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {EDITION} SET entry = (SELECT entry FROM {EDITION} WHERE sequence = 1)")

    with pytest.raises(NotSignableError, match="Entry 2: the sequence does not continue"):
        sign(key)


def test_another_key_waits_until_the_log_grows(key: SigningKey) -> None:
    pledge = make_published_pledge()
    _, remembered = sign(SigningKey.make(log.origin()))
    with pytest.raises(NotSignableError, match="signed with another key"):
        sign(key, remembered)

    publish(pledge)

    assert sign(key, remembered)[0].verifier_key == str(key.verifier_key)
