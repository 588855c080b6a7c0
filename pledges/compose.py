"""From the editors' rows to everything the page says."""

from django.db.models import QuerySet

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


def compose(pledge: Pledge) -> PledgeContent:
    """Give everything the page would say if the working copy were published now."""
    return PledgeContent(
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
        verdicts=_verdicts(pledge),
        evidence=_evidence(pledge.evidence.prefetch_related("sources")),
        replies=tuple(_reply(reply) for reply in pledge.replies.order_by("asked_on", "pk")),
    )


def next_number(pledge: Pledge) -> int:
    """Give the number that the pledge's next edition will have."""
    last = Edition.objects.filter(pledge=pledge).order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _verdicts(pledge: Pledge) -> tuple[VerdictContent, ...]:
    rows = list(pledge.verdicts.select_related("rating", "first_edition"))
    # A draft is numbered as the edition that will first have it, so its bytes stay the same once it is out.
    upcoming = next_number(pledge) if any(row.first_edition_id is None for row in rows) else 0
    rows.sort(key=lambda row: (PartialDate.parse(row.effective_on).order_day, row.pk))
    return tuple(compose_verdict(row, upcoming=upcoming) for row in rows)


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


def _evidence(rows: QuerySet[Evidence]) -> tuple[EvidenceContent, ...]:
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
