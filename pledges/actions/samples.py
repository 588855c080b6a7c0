"""Loading the sample pledges, and publishing them the way every pledge is published."""

from collections.abc import Iterator
from pathlib import Path

from django.core import serializers
from django.db import models, transaction

from pledges.actions import drafts, editions, reviews
from pledges.models import Editor, Pledge


@transaction.atomic
def load(fixture: Path) -> list[Pledge]:
    """Add what a fixture has and the database has not; gives the pledges that are new.

    Every row must be what a form would take. A pledge that is there already is left alone with all that belongs to it, and so are
    topics, sources and the like.
    """
    added: list[Pledge] = []
    for found in _deserialise(fixture):
        row = found.object
        if _belongs_to_known_pledge(row, added) or _exists(row):
            continue
        row.full_clean()
        found.save()
        if isinstance(row, Pledge):
            added.append(row)
    return [drafts.settle(pledge) for pledge in added]


@transaction.atomic
def publish_first(pledge: Pledge, *, change_note: str, writer: Editor, reviewer: Editor) -> None:
    """Publish a draft as its first edition, by two people."""
    review = reviews.request(pledge, kind="first", change_note=change_note, by=writer)
    editions.publish(reviews.approve(review, by=reviewer))


def _deserialise(fixture: Path) -> Iterator[serializers.base.DeserializedObject]:
    with fixture.open(encoding="utf-8") as stream:
        yield from serializers.deserialize("json", stream)


def _belongs_to_known_pledge(row: models.Model, added: list[Pledge]) -> bool:
    pledge_id = getattr(row, "pledge_id", None)
    return pledge_id is not None and pledge_id not in {pledge.pk for pledge in added}


def _exists(row: models.Model) -> bool:
    # The deserialiser gives a row its key when its natural key is known to the database.
    return row.pk is not None
