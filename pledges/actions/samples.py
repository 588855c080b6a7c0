"""Loading the sample pledges, and publishing them the way every pledge is published."""

from collections.abc import Iterator
from pathlib import Path

from django.core import serializers
from django.db import models, transaction

from pledges.actions import drafts, editions, reviews, site_texts
from pledges.actions.journal import public_change
from pledges.dates import PartialDate
from pledges.models import Editor, Evidence, Pledge, SiteText, Verdict


@transaction.atomic
def load(fixture: Path) -> list[Pledge]:
    """Add what a fixture has and the database has not; gives the pledges that are new, each with its earliest verdict.

    Every row must be what a form would take. A pledge that is there already is left alone with all that belongs to it, and so are
    topics, sources and the like.
    """
    added: list[Pledge] = []
    for found in _deserialise(fixture):
        row = found.object
        if isinstance(row, Verdict | Evidence) or _belongs_to_known_pledge(row, added) or _exists(row):
            continue
        row.full_clean()
        found.save()
        if isinstance(row, Pledge):
            added.append(row)
    for pledge in added:
        _add(_steps(fixture, pledge)[0])
    return [drafts.settle(pledge) for pledge in added]


def publish(pledge: Pledge, fixture: Path, *, writer: Editor, reviewer: Editor) -> None:
    """Publish a loaded draft as its first edition, and each later verdict of its fixture as another, by two people.

    Every edition is recorded now; from when on a verdict holds is in the verdict.
    """
    is_whole = pledge.verdicts.count() > 1  # somebody has completed it since it was loaded
    later = [] if is_whole else _steps(fixture, pledge)[1:]
    with public_change():
        note = "First published, with the earliest rating that was found." if later else "First published."
        _publish(pledge, kind="first", change_note=note, by=(writer, reviewer))
        for step in later:
            _add(step)
            _publish(drafts.settle(pledge), kind="verdict", change_note=_note_of(step), by=(writer, reviewer))


def _publish(pledge: Pledge, *, kind: str, change_note: str, by: tuple[Editor, Editor]) -> None:
    writer, reviewer = by
    review = reviews.request(pledge, kind=kind, change_note=change_note, by=writer)
    editions.approve_and_publish(review, by=reviewer)


# A verdict, if there is any, with the evidence of the time until it.
Step = list[serializers.base.DeserializedObject]


def _steps(fixture: Path, pledge: Pledge) -> list[Step]:
    """Give what a pledge's editions add one after the other; what happened after the last verdict comes with it."""
    rows = [found for found in _deserialise(fixture) if getattr(found.object, "pledge_id", None) == pledge.pk]
    dated = [
        (PartialDate.parse(found.object.effective_on), found) for found in rows if isinstance(found.object, Verdict)
    ]
    dated.sort(key=lambda pair: pair[0].order_day)
    steps: list[Step] = [[verdict] for _effective_on, verdict in dated] or [[]]
    until = [effective_on.latest or effective_on.order_day for effective_on, _verdict in dated[:-1]]
    for found in rows:
        if isinstance(found.object, Evidence):
            day = PartialDate.parse(found.object.happened_on).order_day
            steps[sum(day > last for last in until)].append(found)
    return steps


def _add(step: Step) -> None:
    for found in step:
        found.object.full_clean()
        found.save()


def _note_of(step: Step) -> str:
    verdict = step[0].object
    assert isinstance(verdict, Verdict)
    effective_on = PartialDate.parse(verdict.effective_on)
    return f"Recorded today: the rating “{verdict.rating}” (effective {effective_on}), with the evidence since the one before."


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
