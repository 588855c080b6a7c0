"""Loading the sample pledges, and publishing them the way every pledge is published."""

from collections.abc import Iterator
from pathlib import Path

from django.core import serializers
from django.db import models, transaction

from pledges.actions import drafts, editions, reviews, site_texts
from pledges.actions.journal import public_change
from pledges.models import Editor, Pledge, SiteText


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


def publish_first(pledge: Pledge, *, change_note: str, writer: Editor, reviewer: Editor) -> None:
    """Publish a draft as its first edition, by two people."""
    with public_change():
        review = reviews.request(pledge, kind="first", change_note=change_note, by=writer)
        editions.approve_and_publish(review, by=reviewer)


@transaction.atomic
def publish_site_texts(fixture: Path, *, by: Editor) -> list[SiteText]:
    """Publish the texts of a fixture where editors have neither drafted nor published one; gives those that are new."""
    untouched = SiteText.objects.filter(draft="", published="")
    found = [sample for sample in _deserialise(fixture) if untouched.filter(pk=sample.object.pk).exists()]
    for sample in found:
        sample.save()
    return [site_texts.publish(SiteText.objects.get(pk=sample.object.pk), by=by) for sample in found]


def _deserialise(fixture: Path) -> Iterator[serializers.base.DeserializedObject]:
    with fixture.open(encoding="utf-8") as stream:
        yield from serializers.deserialize("json", stream)


def _belongs_to_known_pledge(row: models.Model, added: list[Pledge]) -> bool:
    pledge_id = getattr(row, "pledge_id", None)
    return pledge_id is not None and pledge_id not in {pledge.pk for pledge in added}


def _exists(row: models.Model) -> bool:
    # The deserialiser gives a row its key when its natural key is known to the database.
    return row.pk is not None
