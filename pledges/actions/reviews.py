from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import content
from pledges.compose import compose
from pledges.content import PledgeContent, VerdictContent
from pledges.dates import PartialDate
from pledges.models import Edition, Editor, Evidence, Family, Pledge, PublicPledge, RetiredSlug, Review, Source, Verdict

SUMMARY_WORDS = 60


class NotPublishableError(Exception):
    """Something still stands between a content and the public; `reasons` says what, for people."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@transaction.atomic
def request(pledge: Pledge, *, kind: str, change_note: str, by: Editor) -> Review:
    """Ask for the working copy, exactly as it stands, to be published."""
    if _open_reviews(pledge).exists():
        raise NotPublishableError([_("A review of this pledge is already open.")])
    review = Review(
        pledge=pledge,
        content_digest=content.digest(content.write(compose(pledge))),
        kind=kind,
        change_note=change_note,
        requested_by=by,
        requested_at=timezone.now(),
    )
    review.full_clean()
    review.save()
    return review


@transaction.atomic
def approve(review: Review, *, by: Editor) -> Review:
    """Approve exactly the content that was asked for; raises NotPublishableError with the reasons."""
    review = _locked(review)
    if review.decision:
        raise NotPublishableError([_("This review has been decided already.")])
    if reasons := reasons_not_to_publish(review, by=by):
        raise NotPublishableError(reasons)
    return _decide(review, Review.Decision.APPROVED, by=by)


@transaction.atomic
def send_back(review: Review, *, by: Editor, comment: str) -> Review:
    """Give a review back to its writer; an approval that was not used yet ends too."""
    review = _locked(review)
    if review.edition_id:
        raise NotPublishableError([_("This review has been published already.")])
    review.comment = comment
    return _decide(review, Review.Decision.SENT_BACK, by=by)


def reasons_not_to_publish(review: Review, *, by: Editor) -> list[str]:
    """List what still stands between this content and the public; empty means ready.

    `by` is the person who approves.
    """
    composed = compose(review.pledge)
    current = Edition.objects.filter(pledge=review.pledge).order_by("number").last()
    published = content.read(bytes(current.content)) if current and current.content is not None else None
    return [
        *_reasons_of_people(review, composed, published, by=by),
        *_reasons_of_address(review.pledge),
        *_reasons_of_kind(review, composed, published, is_first=current is None),
        *(reason for verdict in _added_verdicts(composed, published) for reason in _reasons_of(verdict, composed)),
    ]


def _reasons_of_people(
    review: Review, composed: PledgeContent, published: PledgeContent | None, *, by: Editor
) -> Iterator[str]:
    if by.pk == review.requested_by_id or by.pk in _writers(composed, published):
        yield _("Someone who neither wrote nor requested this must approve it.")
    if not by.is_active:
        yield _("The account of the person who approves is switched off.")
    if review.content_digest != content.digest(content.write(composed)):
        yield _("The pledge has changed since the review was asked for.")


def _reasons_of_address(pledge: Pledge) -> Iterator[str]:
    public = PublicPledge.objects.filter(pledge=pledge).first()
    if public and public.slug != pledge.slug:
        yield _("A published pledge keeps its address until it is moved: put back “%s”.") % public.slug
    if RetiredSlug.objects.filter(slug=pledge.slug).exclude(pledge=pledge).exists():
        yield _("Another pledge once had the address “%s”, which still leads there.") % pledge.slug


def _reasons_of_kind(
    review: Review, composed: PledgeContent, published: PledgeContent | None, *, is_first: bool
) -> Iterator[str]:
    kind = Edition.Kind(review.kind)
    if kind == Edition.Kind.REDACTION:
        yield _("A redaction is made by the command redact.")
    if is_first != (kind == Edition.Kind.FIRST):
        yield _("The first edition of a pledge, and only that, is a first publication.")
    if kind != Edition.Kind.MINOR and not review.change_note:
        yield _("Say in a change note, for readers, what this edition changes.")
    if published is not None:
        yield from _reasons_of_change(kind, composed, published)


def _reasons_of_change(kind: Edition.Kind, composed: PledgeContent, published: PledgeContent) -> Iterator[str]:
    by_key = {verdict.key: verdict for verdict in composed.verdicts}
    if any(verdict.differs_from(by_key.get(verdict.key)) for verdict in published.verdicts):
        yield _("A published verdict was changed or removed in the database: run verify_log before anything else.")
    if kind != Edition.Kind.CORRECTION and composed.quotation != published.quotation:
        yield _("The quotation can change only in a correction.")
    if kind == Edition.Kind.MINOR and _meaning(composed) != _meaning(published):
        yield _("A minor edition cannot change the rating, the verdicts or the evidence.")
    if kind == Edition.Kind.VERDICT and not _added_verdicts(composed, published):
        yield _("This edition has no new verdict: call it an update.")


def _meaning(said: PledgeContent) -> tuple[object, ...]:
    return (
        [(verdict.key, verdict.rating.slug, verdict.effective_on) for verdict in said.verdicts],
        [(evidence.key, evidence.happened_on, evidence.direction) for evidence in said.evidence],
        said.due_on,
        said.made_on,
    )


def _reasons_of(verdict: VerdictContent, composed: PledgeContent) -> Iterator[str]:
    effective, made = PartialDate.parse(verdict.effective_on), PartialDate.parse(composed.made_on)
    if effective.earliest and effective.earliest > timezone.localdate():
        yield _("The verdict “%s” takes effect in the future.") % verdict.rating.name
    if effective.latest and made.earliest and effective.latest < made.earliest:
        yield _("The verdict “%s” takes effect before the pledge was made.") % verdict.rating.name
    if len(verdict.summary.split()) > SUMMARY_WORDS:
        yield _("The summary of the verdict “%(rating)s” has more than %(most)d words.") % {
            "rating": verdict.rating.name,
            "most": SUMMARY_WORDS,
        }
    family = Family(verdict.rating.family)
    if family == Family.UNDECIDED and not (verdict.missing and verdict.asked):
        yield _("The verdict “%s” must say what is missing and who was asked.") % verdict.rating.name
    if family.is_closed and not verdict.no_primary_reason and not _has_primary_source(composed):
        yield _("The verdict “%s” needs a primary source, or a sentence that says why there is none.") % (
            verdict.rating.name
        )


def _has_primary_source(composed: PledgeContent) -> bool:
    return any(Source.Kind(source.kind).is_primary for evidence in composed.evidence for source in evidence.sources)


def _added_verdicts(composed: PledgeContent, published: PledgeContent | None) -> list[VerdictContent]:
    known = {verdict.key for verdict in published.verdicts} if published else set()
    return [verdict for verdict in composed.verdicts if verdict.key not in known]


def _writers(composed: PledgeContent, published: PledgeContent | None) -> set[int]:
    """Give the keys of everyone who wrote a verdict or evidence that is new or changed."""
    known = {*published.verdicts, *published.evidence} if published else set()
    verdicts = [verdict.key for verdict in composed.verdicts if verdict not in known]
    evidence = [evidence.key for evidence in composed.evidence if evidence not in known]
    return {
        *Verdict.objects.filter(pk__in=verdicts).values_list("written_by", flat=True),
        *Evidence.objects.filter(pk__in=evidence).values_list("written_by", flat=True),
    }


def _open_reviews(pledge: Pledge) -> QuerySet[Review]:
    return Review.objects.filter(pledge=pledge, edition__isnull=True).exclude(decision=Review.Decision.SENT_BACK)


def _locked(review: Review) -> Review:
    return Review.objects.select_for_update(of=("self",)).select_related("pledge").get(pk=review.pk)


def _decide(review: Review, decision: Review.Decision, *, by: Editor) -> Review:
    review.decision, review.decided_by, review.decided_at = decision, by, timezone.now()
    review.save()
    return review
