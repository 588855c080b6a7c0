from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import content
from pledges.actions import citations
from pledges.actions.publishing_rule import NotPublishableError, reasons_not_to_publish, reasons_of_row, reasons_of_rows
from pledges.compose import compose
from pledges.models import Editor, Pledge, Review


@transaction.atomic
def request(pledge: Pledge, *, kind: str, change_note: str, by: Editor, publish_at: datetime | None = None) -> Review:
    """Ask for the working copy, exactly as it stands, to be published: then, or by hand once it is approved."""
    pledge = _locked_pledge(pledge)
    _require_future(publish_at)
    if _open_reviews(pledge).exists():
        raise NotPublishableError(
            [_("A review of this pledge is already open: take it back or have it sent back first.")]
        )
    if reasons := reasons_of_rows(pledge):
        raise NotPublishableError(reasons)
    composed = compose(pledge)
    review = Review(
        pledge=pledge,
        content_digest=content.digest(content.write(composed)),
        copies_digest=citations.digest_of_copies(composed),
        kind=kind,
        change_note=change_note,
        requested_by=by,
        requested_at=timezone.now(),
        publish_at=publish_at,
    )
    review.full_clean()
    review.save()
    return review


@transaction.atomic
def approve(review: Review, *, by: Editor, comment: str = "") -> Review:
    """Approve exactly the content that was asked for; raises NotPublishableError with the reasons."""
    review = locked(review)
    if review.decision:
        raise NotPublishableError([_("This review has been decided already.")])
    review.comment = comment
    if reasons := [*reasons_of_row(review), *reasons_not_to_publish(review, by=by)]:
        raise NotPublishableError(reasons)
    return _decide(review, Review.Decision.APPROVED, by=by)


@transaction.atomic
def schedule(review: Review, *, publish_at: datetime | None) -> Review:
    """Set, move or take away the time to publish; it can only be published at or after it, never dated back."""
    review = locked(review)
    if review.edition_id:
        raise NotPublishableError([_("This review has been published already.")])
    _require_future(publish_at)
    review.publish_at = publish_at
    review.save(update_fields=["publish_at"])
    return review


@transaction.atomic
def send_back(review: Review, *, by: Editor, comment: str) -> Review:
    """Give a review back to its writer; an approval that was not used yet ends too."""
    review = locked(review)
    if review.edition_id:
        raise NotPublishableError([_("This review has been published already.")])
    if review.decision == Review.Decision.SENT_BACK:
        raise NotPublishableError([_("This review has been sent back already.")])
    if not comment.strip():
        raise NotPublishableError([_("Say what has to change: the writer sees nothing else.")])
    review.comment = comment
    if reasons := list(reasons_of_row(review)):
        raise NotPublishableError(reasons)
    return _decide(review, Review.Decision.SENT_BACK, by=by)


@transaction.atomic
def take_back(review: Review, *, by: Editor) -> None:
    """End a review that nobody has decided yet, for whoever asked for it."""
    review = locked(review)
    if review.requested_by_id != by.pk or review.decision or review.edition_id:
        raise NotPublishableError([_("Only who asked for a review can take it back, until it is decided.")])
    review.delete()


def _open_reviews(pledge: Pledge) -> QuerySet[Review]:
    return Review.objects.filter(pledge=pledge, edition__isnull=True).exclude(decision=Review.Decision.SENT_BACK)


def _require_future(publish_at: datetime | None) -> None:
    if publish_at and publish_at <= timezone.now():
        raise NotPublishableError([_("The time to publish must lie in the future.")])


def locked(review: Review) -> Review:
    """Give the row as it is now, to nobody else until the transaction ends."""
    found = Review.objects.select_for_update(of=("self",)).select_related("pledge").filter(pk=review.pk).first()
    if found is None:
        raise NotPublishableError([_("This review was taken back meanwhile.")])
    return found


def _locked_pledge(pledge: Pledge) -> Pledge:
    found = Pledge.objects.select_for_update(of=("self",)).filter(pk=pledge.pk).first()
    if found is None:
        raise NotPublishableError([_("This pledge was deleted meanwhile.")])
    return found


def _decide(review: Review, decision: Review.Decision, *, by: Editor) -> Review:
    review.decision, review.decided_by, review.decided_at = decision, by, timezone.now()
    review.save()
    return review
