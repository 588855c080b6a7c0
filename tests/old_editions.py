"""An edition as an older release published it, put back into a database by its very bytes."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from pledges import content
from pledges.actions import drafts, public_pledges
from pledges.actions.journal import public_change
from pledges.models import (
    Department,
    Edition,
    Evidence,
    Pledge,
    Promisor,
    Rating,
    Reply,
    Review,
    Source,
    Topic,
    Verdict,
)
from tests.factories import make_editor

# Written by the last release that knew schema 1 only.
SCHEMA_1 = Path(__file__).parent / "edition_of_schema_1.json"


def publish_old_edition(file: Path = SCHEMA_1) -> Pledge:
    """Put the first edition of the log back, with the rows it was made from; gives its pledge."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    entry, said = json.loads(kept["entry"]), json.loads(kept["content"])
    writer, checker = (make_editor(username=entry[name], handle=entry[name]) for name in ("actor", "approver"))
    pledge = _make_rows(said, slug=entry["pledge"], written_by=make_editor())
    with public_change() as tags:
        edition = Edition.objects.create(
            pledge=pledge,
            actor=writer,
            approver=checker,
            published_at=datetime.fromisoformat(entry["published_at"]),
            **{name: entry[name] for name in ("sequence", "number", "kind", "change_note", "previous_hash")},
            entry=kept["entry"].encode(),
            hash=kept["hash"],
            salt=bytes.fromhex(kept["salt"]),
            content=kept["content"].encode(),
            content_digest=content.digest(kept["content"].encode()),
        )
        Verdict.objects.filter(pledge=pledge).update(first_edition=edition)
        Review.objects.create(
            pledge=pledge,
            edition=edition,
            requested_by=writer,
            decided_by=checker,
            decision="approved",
            requested_at=edition.published_at,
            decided_at=edition.published_at,
            **{name: getattr(edition, name) for name in ("kind", "change_note", "content_digest")},
        )
        tags.update(public_pledges.refresh(pledge))
    return drafts.settle(pledge)


def _make_rows(said: dict[str, Any], *, slug: str, written_by: Any) -> Pledge:
    labels = [_keyed(model, said[name]) for name, model in LABELS.items()]
    made_in = _keyed(Source, said["made_in"])
    texts = {name: text for name, text in said.items() if isinstance(text, str)}
    relations = dict(zip((f"{name}_id" for name in LABELS), (label.pk for label in labels), strict=True))
    pledge = Pledge.objects.create(slug=slug, made_in_id=made_in.pk, **relations, **texts)
    for evidence in said["evidence"]:
        own = {name: text for name, text in evidence.items() if isinstance(text, str)}
        row = Evidence.objects.create(pk=evidence["key"], pledge=pledge, written_by=written_by, **own)
        row.sources.set([_keyed(Source, source).pk for source in evidence["sources"]])
    for position, verdict in enumerate(said["verdicts"], start=10_000):
        rating = _keyed(Rating, {**verdict["rating"], "definition": "As it was.", "position": position})
        own = {name: text for name, text in verdict.items() if isinstance(text, str)}
        Verdict.objects.create(pk=verdict["key"], pledge=pledge, rating_id=rating.pk, written_by=written_by, **own)
    for reply in said["replies"]:
        own = {name: text for name, text in reply.items() if isinstance(text, str) and text}
        Reply.objects.create(pk=reply["key"], pledge=pledge, **own)
    _go_on_numbering(Promisor, Topic, Department, Source, Rating, Evidence, Verdict, Reply)
    return pledge


LABELS: dict[str, type[models.Model]] = {"promisor": Promisor, "topic": Topic, "department": Department}


def _keyed(model: type[models.Model], said: dict[str, Any]) -> models.Model:
    fields = {name: value for name, value in said.items() if name != "key"}
    row, _made = model._default_manager.get_or_create(pk=said["key"], defaults=fields)
    return row


def _go_on_numbering(*tables: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        for statement in _resets(tables):
            cursor.execute(statement)


def _resets(tables: tuple[type[models.Model], ...]) -> Iterator[str]:
    yield from connection.ops.sequence_reset_sql(no_style(), list(tables))
