"""What somebody with every right on the database can do to the log, and who notices."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError

from pledges import log, verifier
from pledges.actions import public_pledges
from pledges.content import canonical
from pledges.models import Announcement, Checkpoint, Edition, Journal, PublicPledge, Review, Tally
from pledges.verifier import BrokenError, entry_hash
from tests.factories import make_checkpoint, make_pledge, publish
from tests.pledges.commands.calling import call
from tests.unguarded import unguarded

pytestmark = pytest.mark.django_db

ENTRIES = 5
Tampering = Callable[[list[Edition]], list[Edition]]


@pytest.fixture
def witness(tmp_path: Path) -> Path:
    """A log of some entries, of which somebody has kept a checkpoint and what `--keep` keeps."""
    pledge = make_pledge()
    for number in range(ENTRIES):
        publish(pledge, change_note=f"Lemon number {number}.")
    (tmp_path / "checkpoint").write_text(make_checkpoint().note)
    verifier.check(saved_entries(tmp_path), keep=tmp_path / "kept")
    return tmp_path


def saved_entries(folder: Path) -> str:
    file = folder / "entries.jsonl"
    file.write_bytes(b"".join(line + b"\n" for line in log.lines()))
    return str(file)


def rewrite(edition: Edition, **changed: Any) -> None:
    edition.entry = canonical(json.loads(bytes(edition.entry)) | changed)
    for name in changed.keys() & {"sequence", "number", "previous_hash", "change_note"}:
        setattr(edition, name, changed[name])


def chain_anew(editions: list[Edition]) -> list[Edition]:
    """Give every edition the place and the hashes that fit."""
    previous_hash = verifier.FIRST_PREVIOUS_HASH
    for place, edition in enumerate(editions, start=1):
        rewrite(edition, sequence=place, number=place, previous_hash=previous_hash)
        edition.hash = previous_hash = entry_hash(bytes(edition.entry))
    return editions


def edit(editions: list[Edition]) -> list[Edition]:
    rewrite(editions[1], change_note="A lime.")
    return editions


def delete(editions: list[Edition]) -> list[Edition]:
    return editions[:1] + editions[2:]


def insert(editions: list[Edition]) -> list[Edition]:
    forged = Edition(**{field.attname: getattr(editions[1], field.attname) for field in Edition._meta.concrete_fields})
    longer = [*editions[:2], forged, *editions[2:]]
    for place, edition in enumerate(longer, start=1):
        rewrite(edition, sequence=place, number=place)
    forged.previous_hash, forged.hash = "e" * 64, entry_hash(bytes(forged.entry))
    return longer


def truncate(editions: list[Edition]) -> list[Edition]:
    return editions[:-2]


def hash_again(editions: list[Edition]) -> list[Edition]:
    return chain_anew(edit(editions))


def tamper(tampering: Tampering) -> None:
    """Put other editions in place of those that were, with reviews and lists that fit, and no checkpoint and no journal."""
    editions = list(Edition.objects.order_by("pk"))
    approvals = {id(edition): Review.objects.get(edition=edition) for edition in editions}
    usual = approvals[id(editions[0])]
    with unguarded():
        for model in (PublicPledge, Tally, Announcement, Review, Checkpoint, Edition, Journal):
            model._default_manager.all().delete()
        tampered = tampering(editions)
        Edition.objects.bulk_create(tampered)
        for number, edition in enumerate(tampered, start=1):
            review = approvals.get(id(edition), usual)
            review.pk, review.edition, review.change_note = number, edition, edition.change_note
            review.save(force_insert=True)
        list(public_pledges.rebuild())


SCENARIOS: list[Tampering] = [edit, delete, insert, truncate, hash_again]


@pytest.mark.parametrize("tampering", SCENARIOS, ids=lambda tampering: tampering.__name__)
def test_a_kept_checkpoint_shows_it(witness: Path, tampering: Tampering) -> None:
    assert "5 entries, unbroken" in call("verify_log", "--checkpoint", str(witness / "checkpoint"))

    tamper(tampering)

    with pytest.raises(CommandError):
        call("verify_log", "--checkpoint", str(witness / "checkpoint"))


@pytest.mark.parametrize("tampering", SCENARIOS, ids=lambda tampering: tampering.__name__)
def test_a_witness_outside_notices_it(witness: Path, tampering: Tampering) -> None:
    tamper(tampering)

    with pytest.raises(BrokenError):
        verifier.check(saved_entries(witness), keep=witness / "kept")


@pytest.mark.parametrize("tampering", [truncate, hash_again], ids=lambda tampering: tampering.__name__)
def test_without_anything_kept_a_thorough_rewrite_cannot_be_seen(witness: Path, tampering: Tampering) -> None:
    """What the page about the log admits."""
    tamper(tampering)

    assert "unbroken" in call("verify_log")


def test_the_checkpoints_in_the_database_are_compared_too(witness: Path) -> None:
    checkpoint = Checkpoint.objects.get()
    tamper(truncate)
    Checkpoint.objects.bulk_create([checkpoint])

    with pytest.raises(CommandError, match=r"Not what the checkpoint says\. The log has 3 entries but had 5"):
        call("verify_log")
