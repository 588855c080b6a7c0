"""What must hold before a content is published: one list of sentences, for the error, the admin and the API."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from pledges import content
from pledges.actions import citations
from pledges.actions.writers import writers_of
from pledges.compose import compose
from pledges.content import PledgeContent, VerdictContent
from pledges.dates import PartialDate
from pledges.models import (
    Edition,
    Editor,
    Evidence,
    Family,
    Pledge,
    PublicPledge,
    RetiredSlug,
    Review,
    Source,
)

SUMMARY_WORDS = 60
_KEEPING_THE_RATING = {Edition.Kind.UPDATE, Edition.Kind.WITHDRAWAL}  # what a minor edition keeps is said elsewhere
_UNDESCRIBED = re.compile(r"!\[\s*(?:describe the picture)?\s*\]")
SECOND_PERSON = gettext_noop("Someone who neither wrote nor requested this must approve it.")


class NotPublishableError(Exception):
    """Something still stands between a content and the public; `reasons` says what, for people."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@dataclass(frozen=True)
class Proposal:
    """What is asked for, beside what is public now (None before the first edition)."""

    review: Review
    composed: PledgeContent
    current: Edition | None
    published: PledgeContent | None

    @property
    def kind(self) -> Edition.Kind:
        return Edition.Kind(self.review.kind)

    @property
    def added_verdicts(self) -> list[VerdictContent]:
        known = {verdict.key for verdict in self.published.verdicts} if self.published else set()
        return [verdict for verdict in self.composed.verdicts if verdict.key not in known]


def reasons_not_to_publish(review: Review, *, by: Editor) -> list[str]:
    """List what still stands between this content and the public; empty means ready.

    `by` is the person who approves.
    """
    return reasons_of_rows(review.pledge) or reasons_against(review, compose(review.pledge), by=by)


def reasons_of_draft(pledge: Pledge) -> list[str]:
    """List what would stand in the way whatever kind of edition were asked for, before anybody is asked."""
    if reasons := reasons_of_rows(pledge):
        return reasons
    # A correction may do everything that another kind may.
    proposal = _proposal(Review(pledge=pledge, kind=Edition.Kind.CORRECTION), compose(pledge))
    return [
        *_reasons_of_address(pledge),
        *reasons_of_pictures(_texts(proposal.composed)),
        *(reason for verdict in proposal.added_verdicts for reason in _reasons_of(verdict, proposal)),
    ]


def reasons_of_rows(pledge: Pledge) -> list[str]:
    """List what no form would have let through in the rows that the page is made of."""
    # By keys: an OR of two joins would read the whole site's citations, under the lock that publishers wait for.
    cited = Evidence.sources.through.objects.filter(evidence__pledge=pledge).values("source_id")
    sources = Source.objects.filter(models.Q(pk=pledge.made_in_id) | models.Q(pk__in=cited))
    evidence = list(pledge.evidence.annotate(source_count=models.Count("sources")))
    rows: list[models.Model] = [pledge, *pledge.verdicts.filter(first_edition=None), *evidence]
    rows += [*pledge.replies.all(), *sources]
    return [
        *(_("The evidence “%s” has no source.") % row.title for row in evidence if not row.source_count),
        *(reason for row in rows for reason in reasons_of_row(row)),
    ]


def reasons_of_row(row: models.Model) -> Iterator[str]:
    """Name each field of a row that holds what its form would refuse."""
    relations = [field.name for field in row._meta.concrete_fields if field.is_relation]
    try:
        row.clean_fields(exclude=relations)
    except ValidationError as error:
        for field, sentences in error.message_dict.items():
            for sentence in sentences:
                yield f"{row._meta.verbose_name} “{row}”, {field.replace('_', ' ')}: {sentence}"


def reasons_against(review: Review, composed: PledgeContent, *, by: Editor) -> list[str]:
    """List what stands between these exact bytes and the public."""
    proposal = _proposal(review, composed)
    published = proposal.published
    return [
        *_reasons_of_people(proposal, by=by),
        *_reasons_of_address(review.pledge),
        *reasons_of_pictures(_texts(composed)),
        *_reasons_of_kind(proposal),
        *(_reasons_of_change(proposal, published) if published else ()),
        *(reason for verdict in proposal.added_verdicts for reason in _reasons_of(verdict, proposal)),
    ]


def _proposal(review: Review, composed: PledgeContent) -> Proposal:
    current = Edition.objects.filter(pledge=review.pledge).order_by("number").last()
    published = content.read(bytes(current.content)) if current and current.content is not None else None
    return Proposal(review, composed, current, published)


def _reasons_of_people(proposal: Proposal, *, by: Editor) -> Iterator[str]:
    writers = writers_of(
        proposal.composed, pledge=proposal.review.pledge, current=proposal.current, published=proposal.published
    )
    if by.pk in {proposal.review.requested_by_id, *writers}:
        yield _(SECOND_PERSON)
    if not by.is_active:
        yield _("The account of the person who approves is switched off.")
    if proposal.review.content_digest != content.digest(content.write(proposal.composed)):
        yield _("The pledge has changed since the review was asked for.")
    elif proposal.review.copies_digest != citations.digest_of_copies(proposal.composed):
        yield _("The archived copy of a source has changed since the review was asked for.")


def _reasons_of_address(pledge: Pledge) -> Iterator[str]:
    public = PublicPledge.objects.filter(pledge=pledge).first()
    if public and public.slug != pledge.slug:
        yield _("A published pledge keeps its address until it is moved: put back “%s”.") % public.slug
    taken = RetiredSlug.objects.filter(slug=pledge.slug).exclude(pledge=pledge).exists()
    if taken or PublicPledge.objects.filter(slug=pledge.slug).exclude(pledge=pledge).exists():
        yield _("Another pledge has, or once had, the address “%s”.") % pledge.slug


def reasons_of_pictures(texts: Iterable[str]) -> Iterator[str]:
    """Say so if a picture in these texts, in Markdown, is not described."""
    if any(_UNDESCRIBED.search(text) for text in texts):
        yield _("A picture is not described: say between its square brackets what it shows.")


def _texts(composed: PledgeContent) -> list[str]:
    texts = [composed.background, *(verdict.explanation for verdict in composed.verdicts)]
    return [
        *texts,
        *(evidence.account for evidence in composed.evidence),
        *(reply.answer for reply in composed.replies),
    ]


def missing_note(kind: str) -> str:
    """Say what the change note has to tell, for a kind of edition that needs one."""
    if kind == Edition.Kind.CORRECTION:
        return _("Say in a change note, for readers, what was wrong and since when.")
    return _("Say in a change note, for readers, what this edition changes.")


def _reasons_of_kind(proposal: Proposal) -> Iterator[str]:
    kind = proposal.kind
    if kind == Edition.Kind.REDACTION:
        yield _("A redaction is made by the command redact.")
    if (proposal.current is None) != (kind == Edition.Kind.FIRST):
        yield _("The first edition of a pledge, and only that, is a first publication.")
    if kind != Edition.Kind.MINOR and not proposal.review.change_note:
        yield missing_note(kind)
    if kind == Edition.Kind.VERDICT and proposal.composed.verdict not in proposal.added_verdicts:
        yield _("No new verdict would stand after this edition: there is none, or an older date puts it earlier.")


def _reasons_of_change(proposal: Proposal, published: PledgeContent) -> Iterator[str]:
    kind, composed = proposal.kind, proposal.composed
    by_key = {verdict.key: verdict for verdict in composed.verdicts}
    if any(verdict.differs_from(by_key.get(verdict.key)) for verdict in published.verdicts):
        yield _("A published verdict was changed or removed in the database: run verify_log before anything else.")
    if kind != Edition.Kind.CORRECTION and composed.quotation != published.quotation:
        yield _("The quotation can change only in a correction.")
    if kind in _KEEPING_THE_RATING and _rating(composed) != _rating(published):
        if kind == Edition.Kind.WITHDRAWAL:
            yield _("A withdrawal leaves the rating as it is: delete the draft verdict first.")
        else:
            yield _("The rating would change, so this edition is a verdict or a correction.")
    if kind == Edition.Kind.MINOR:
        yield from _reasons_of_minor(proposal, published)


def _reasons_of_minor(proposal: Proposal, published: PledgeContent) -> Iterator[str]:
    composed = proposal.composed
    if composed == published:
        yield _("Nothing differs from the current edition: there is nothing to publish.")
    if _meaning(composed) != _meaning(published):
        yield _("A minor edition can change no more than headline, background, locator and accounts of evidence.")
    if _is_withdrawn(proposal):
        yield _("This pledge is withdrawn: to bring it back, publish an update that says why.")


def _rating(said: PledgeContent) -> int | None:
    return said.verdict.rating.key if said.verdict else None


def _is_withdrawn(proposal: Proposal) -> bool:
    return PublicPledge.objects.filter(pledge=proposal.review.pledge).withdrawn().exists()


def _meaning(said: PledgeContent) -> PledgeContent:
    """Give the content without what a minor edition may change, and without labels that were renamed meanwhile."""
    return replace(
        said,
        headline="",
        background="",
        made_in_locator="",
        promisor=replace(said.promisor, slug="", name=""),
        topic=replace(said.topic, slug="", name=""),
        department=replace(said.department, slug="", name=""),
        verdicts=tuple(replace(v, rating=replace(v.rating, slug="", name="")) for v in said.verdicts),
        evidence=tuple(replace(evidence, account="") for evidence in said.evidence),
    )


def _reasons_of(verdict: VerdictContent, proposal: Proposal) -> Iterator[str]:
    yield from _reasons_of_dates(verdict, proposal.composed)
    yield from _reasons_of_correcting(verdict, proposal)
    if len(verdict.summary.split()) > SUMMARY_WORDS:
        yield _named(gettext_noop("The summary of the verdict “%(rating)s” has more than %(most)d words."), verdict)
    family = Family(verdict.rating.family)
    if family == Family.UNDECIDED and not (verdict.missing and verdict.asked):
        yield _named(gettext_noop("The verdict “%(rating)s” must say what is missing and who was asked."), verdict)
    if family.is_closed and not verdict.no_primary_reason and not _has_primary_source(proposal.composed):
        yield _named(
            gettext_noop("The verdict “%(rating)s” needs a primary source, or a sentence that says why there is none."),
            verdict,
        )


def _reasons_of_dates(verdict: VerdictContent, composed: PledgeContent) -> Iterator[str]:
    for sentence in reasons_of_effect(verdict.effective_on, made_on=composed.made_on):
        yield _("The verdict “%(rating)s”: %(reason)s") % {"rating": verdict.rating.name, "reason": sentence}


def reasons_of_effect(effective_on: str, *, made_on: str) -> Iterator[str]:
    """Say why a verdict cannot take effect on this partial date, on a pledge made on that one."""
    effective, made = PartialDate.parse(effective_on), PartialDate.parse(made_on)
    today, end = timezone.localdate(), effective.not_after
    if effective.order_day > today or (end and end.first_day > today):
        yield _("It takes effect in the future.")
    if effective.latest and made.earliest and effective.latest < made.earliest:
        yield _("It takes effect before the pledge was made.")


def _reasons_of_correcting(verdict: VerdictContent, proposal: Proposal) -> Iterator[str]:
    if not verdict.corrects:
        return
    known = {published.key for published in proposal.published.verdicts} if proposal.published else set()
    if verdict.corrects not in known:
        yield _named(
            gettext_noop("The verdict “%(rating)s” can correct only a published verdict of the same pledge."), verdict
        )
    if proposal.kind != Edition.Kind.CORRECTION:
        yield _named(
            gettext_noop("The verdict “%(rating)s” corrects another one, so this edition is a correction."), verdict
        )


def _named(sentence: str, verdict: VerdictContent) -> str:
    return _(sentence) % {"rating": verdict.rating.name, "most": SUMMARY_WORDS}


def _has_primary_source(composed: PledgeContent) -> bool:
    return any(Source.Kind(source.kind).is_primary for evidence in composed.evidence for source in evidence.sources)
