"""A checkpoint is never changed, and every new one has more entries."""

import pytest
from django.db import DatabaseError, transaction

from pledges.models import Checkpoint, Edition
from pledges.record_guards import CHECKPOINT
from tests.factories import make_checkpoint
from tests.pledges.forgeries import postgresql_only, run, sqlite_only

pytestmark = pytest.mark.django_db


@pytest.fixture
def checkpoint(edition: Edition) -> Checkpoint:
    return make_checkpoint()


@pytest.mark.parametrize("column", [field.column for field in Checkpoint._meta.concrete_fields])
def test_a_checkpoint_refuses_update_of_every_column(checkpoint: Checkpoint, column: str) -> None:
    for value in ("NULL", column):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(f"UPDATE {CHECKPOINT} SET {column} = {value}")


def test_a_checkpoint_refuses_delete(checkpoint: Checkpoint) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        checkpoint.delete()


@pytest.mark.parametrize("size", [0, 1])
def test_a_checkpoint_of_no_more_entries_is_refused(checkpoint: Checkpoint, size: int) -> None:
    checkpoint.size = size

    with pytest.raises(DatabaseError, match="a new one has more entries"), transaction.atomic():
        checkpoint.save(force_insert=True)


@postgresql_only
def test_checkpoints_cannot_be_truncated(checkpoint: Checkpoint) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(f"TRUNCATE {CHECKPOINT}")


@sqlite_only
@pytest.mark.parametrize("place", [(1, 1), (1, 2)], ids=["its size", "its hidden row number"])
def test_replace_into_a_checkpoint_is_refused(checkpoint: Checkpoint, place: tuple[int, int]) -> None:
    replace = f"REPLACE INTO {CHECKPOINT} (rowid, size, root, note, verifier_key, signed_at) SELECT"

    with pytest.raises(DatabaseError, match="a new one has more entries"), transaction.atomic():
        run(f"{replace} %s, %s, root, note, verifier_key, signed_at FROM {CHECKPOINT}", *place)
