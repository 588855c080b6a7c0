"""From the editors' rows to everything the page says."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Max

from pledges.content import (
    SCHEMA,
    EvidenceContent,
    LabelContent,
    PledgeContent,
    RatingContent,
    ReplyContent,
    SourceContent,
    VerdictContent,
)
from pledges.dates import PartialDate
from pledges.models import Edition, Evidence, Pledge, Rating, Reply, Source, Verdict
from pledges.models.grouping import Grouping

Row = TypeVar("Row", Verdict, Evidence, Reply)


def compose(pledge: Pledge) -> PledgeContent:
    """Give everything the page would say if the working copy were published now."""
    (composed,) = compose_all([pledge])
    return composed


def compose_all(pledges: Sequence[Pledge]) -> Iterator[PledgeContent]:
    """Do so for many, in their order, with the same few queries as for one; their labels are best read along."""
    of_these: dict[str, Any] = {"pledge__in": [pledge.pk for pledge in pledges]}
    verdicts = _by_pledge(_verdict_rows().filter(**of_these))
    evidence = _by_pledge(Evidence.objects.filter(**of_these).prefetch_related("sources"))
    replies = _by_pledge(Reply.objects.filter(**of_these).order_by("asked_on", "pk"))
    drafted = [key for key, rows in verdicts.items() if any(row.first_edition_id is None for row in rows)]
    upcoming = _next_numbers(drafted) if drafted else {}
    for pledge in pledges:
        yield PledgeContent(
            schema=SCHEMA,
            headline=pledge.headline,
            quotation=pledge.quotation,
            quotation_note=pledge.quotation_note,
            promisor=_label(pledge.promisor),
            made_in=_source(pledge.made_in),
            made_in_locator=pledge.made_in_locator,
            made_on=pledge.made_on,
            topic=_label(pledge.topic),
            department=_label(pledge.department),
            kind=pledge.kind,
            due_on=pledge.due_on,
            background=pledge.background,
            measure=pledge.measure,
            verdicts=_verdicts(verdicts[pledge.pk], upcoming=upcoming.get(pledge.pk, 0)),
            evidence=_evidence(evidence[pledge.pk]),
            replies=tuple(_reply(reply) for reply in replies[pledge.pk]),
        )


def next_number(pledge: Pledge) -> int:
    """Give the number that the pledge's next edition will have."""
    return _next_numbers([pledge.pk])[pledge.pk]


def _next_numbers(pledges: Iterable[int]) -> Mapping[int, int]:
    editions = Edition.objects.filter(pledge__in=pledges).order_by()
    last = editions.values("pledge").annotate(last=Max("number")).values_list("pledge", "last")
    return dict.fromkeys(pledges, 1) | {pledge: number + 1 for pledge, number in last}


def _verdict_rows() -> Any:
    large = [f"first_edition__{name}" for name in ("entry", "content", "salt")]
    return Verdict.objects.select_related("rating", "first_edition").defer(*large)


def _by_pledge(rows: Iterable[Row]) -> dict[int, list[Row]]:
    of_pledge: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of_pledge[row.pledge_id].append(row)
    return of_pledge


def _verdicts(rows: Iterable[Verdict], *, upcoming: int) -> tuple[VerdictContent, ...]:
    # A draft is numbered as the edition that will first have it, so its bytes stay the same once it is out.
    in_order = sorted(rows, key=lambda row: (PartialDate.parse(row.effective_on).order_day, row.pk))
    return tuple(compose_verdict(row, upcoming=upcoming) for row in in_order)


def compose_verdict(row: Verdict, *, upcoming: int = 0) -> VerdictContent:
    """Give what the page says of a verdict; `upcoming` is the number of the edition that will first have a draft."""
    return VerdictContent(
        key=row.pk,
        rating=_rating(row.rating),
        effective_on=row.effective_on,
        recorded_in=row.first_edition.number if row.first_edition else upcoming,
        summary=row.summary,
        explanation=row.explanation,
        missing=row.missing,
        asked=row.asked,
        no_primary_reason=row.no_primary_reason,
        attribution=row.attribution,
        corrects=row.corrects_id or 0,
    )


def _evidence(rows: Iterable[Evidence]) -> tuple[EvidenceContent, ...]:
    in_order = sorted(rows, key=lambda row: (PartialDate.parse(row.happened_on).order_day, row.pk))
    return tuple(
        EvidenceContent(
            key=row.pk,
            happened_on=row.happened_on,
            title=row.title,
            account=row.account,
            quotation=row.quotation,
            direction=row.direction,
            sources=tuple(_source(source) for source in sorted(row.sources.all(), key=_source_order)),
        )
        for row in in_order
    )


def _source_order(source: Source) -> tuple[bool, str, int]:
    return (not source.is_primary, source.published_on or "9999", source.pk)


def _source(row: Source) -> SourceContent:
    return SourceContent(
        key=row.pk,
        title=row.title,
        publisher=row.publisher,
        url=row.url,
        kind=row.kind,
        published_on=row.published_on,
    )


def _reply(row: Reply) -> ReplyContent:
    return ReplyContent(
        key=row.pk,
        asked_of=row.asked_of,
        asked_on=row.asked_on.isoformat(),
        answer_by=row.answer_by.isoformat(),
        answered_on=row.answered_on.isoformat() if row.answered_on else "",
        answer=row.answer,
    )


def _label(row: Grouping) -> LabelContent:
    return LabelContent(key=row.pk, slug=row.slug, name=row.name)


def _rating(row: Rating) -> RatingContent:
    return RatingContent(key=row.pk, slug=row.slug, name=row.name, family=row.family)
