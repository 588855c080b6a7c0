"""What editors keep beside the pledges of an invented country, made in bulk: rows of every kind that their lists show."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from django.utils import timezone

from pledges.models import (
    Department,
    Editor,
    Evidence,
    Promisor,
    Rating,
    Reply,
    Review,
    Source,
    Topic,
    Verdict,
)
from tests.benchmarks.fictional import Country

_BATCH = 1_000


def write_rows(country: Country, numbers: range, *, evidence: int = 1) -> None:
    """Give each of these pledges evidence with a source, a draft verdict, a reply and a review."""
    for start in range(numbers.start, numbers.stop, _BATCH):
        batch = range(start, min(start + _BATCH, numbers.stop))
        _sources(batch)
        _evidence(country, batch, evidence)
        _of_pledges(country, batch)


def write_labels(numbers: range) -> None:
    """Make so many labels of every kind, and editors."""
    for model in (Topic, Department):
        _make(model, ({"slug": f"more-{n}", "name": f"More lemons {n}"} for n in numbers))
    _make(Promisor, ({"slug": f"more-{n}", "name": f"Lemons first {n}", "kind": "party"} for n in numbers))
    same = {"family": "moving", "definition": "Counted in lemons."}
    _make(Rating, ({"slug": f"more-{n}", "name": f"Pressed {n}", "position": 100 + n, **same} for n in numbers))
    _make(Editor, ({"username": f"picker-{n}", "handle": f"picker-{n}"} for n in numbers))


def _sources(numbers: range) -> None:
    same = {"publisher": "Ministry of Lemons", "kind": "news"}
    _make(Source, ({"title": f"Gazette {n}", "url": f"https://lemons.example/{n}", **same} for n in numbers))


def _evidence(country: Country, numbers: range, each: int) -> None:
    same = {"happened_on": "2025-03", "account": "A cart of *lemons*.", "written_by": country.writer}
    told = ({"title": f"Cart {cart}", "pledge_id": n, **same} for n in numbers for cart in range(each))
    sources = dict(
        zip(numbers, Source.objects.order_by("-pk").values_list("pk", flat=True)[: len(numbers)], strict=True)
    )
    cited = ({"evidence": row, "source_id": sources[row.pledge_id]} for row in _make(Evidence, told))
    _make(Evidence.sources.through, cited)


def _of_pledges(country: Country, numbers: range) -> None:
    same: dict[str, Any] = {"summary": "Lemons.", "explanation": "They were *counted*.", "effective_on": "2026"}
    same |= {"rating": country.ratings[0], "written_by": country.writer}
    _make(Verdict, ({"pledge_id": n, **same} for n in numbers))
    same = {"asked_of": "The ministry", "asked_on": "2026-01-01", "answer_by": "2026-01-08"}
    _make(Reply, ({"pledge_id": n, **same} for n in numbers))
    same = {"kind": "update", "change_note": "New.", "requested_by": country.writer, "requested_at": timezone.now()}
    _make(Review, ({"pledge_id": n, **same} for n in numbers))


def _make(model: type[Model], rows: Iterable[dict[str, Any]]) -> list[Any]:
    return model._default_manager.bulk_create(model(**row) for row in rows)
