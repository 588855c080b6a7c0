import secrets
from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import content, log, verifier
from pledges.actions import public_pledges, reviews
from pledges.actions.journal import in_turn, public_change
from pledges.actions.publishing_rule import NotPublishableError, reasons_against, reasons_of_rows
from pledges.compose import compose, next_number
from pledges.models import Edition, Editor, Pledge, Review, Verdict


def publish(review: Review) -> Edition:
    """Append the approved content to the log as the pledge's next edition.

    Publishing the same review again gives the same edition. Raises NotPublishableError with
    the reasons when the review is not approved or no longer fits the pledge.
    """
    with public_change() as tags:
        review = reviews.locked(review)
        if review.edition:
            return review.edition
        if review.decision != Review.Decision.APPROVED or review.decided_by is None:
            raise NotPublishableError([_("This review is not approved.")])
        if review.publish_at and review.publish_at > timezone.now():
            raise NotPublishableError([_("A later time was set for this: take the time away to publish it now.")])
        review.pledge = _held_still(review.pledge_id)
        if reasons := reasons_of_rows(review.pledge):
            raise NotPublishableError(reasons)
        composed = compose(review.pledge)
        if reasons := reasons_against(review, composed, by=review.decided_by):
            raise NotPublishableError(reasons)
        edition = append(review, content.write(composed))
        frozen = [verdict.key for verdict in composed.verdicts]
        Verdict.objects.filter(pk__in=frozen, first_edition=None).update(first_edition=edition)
        Pledge.objects.filter(pk=review.pledge_id).update(draft_digest=edition.content_digest)
        review.edition = edition
        review.save(update_fields=["edition"])
        tags.update(public_pledges.refresh(review.pledge))
        return edition


def approve_and_publish(review: Review, *, by: Editor, comment: str = "") -> Edition:
    """Do both or, with the reasons in NotPublishableError, neither; done again, it gives the same edition."""
    with in_turn():
        is_decided = Review.objects.filter(pk=review.pk).exclude(decision=Review.Decision.WAITING).exists()
        return publish(review if is_decided else reviews.approve(review, by=by, comment=comment))


def unapproved() -> Iterator[int]:
    """Give the sequence of every edition that no approved review of the same content and people asked for."""
    approved = Review.objects.filter(
        edition=OuterRef("pk"),
        pledge=OuterRef("pledge"),
        kind=OuterRef("kind"),
        change_note=OuterRef("change_note"),
        requested_by=OuterRef("actor"),
        decided_by=OuterRef("approver"),
        decision=Review.Decision.APPROVED,
    ).filter(Q(content_digest=OuterRef("content_digest")) | Q(edition__content_digest=None))
    yield from Edition.objects.filter(~Exists(approved)).order_by("pk").values_list("pk", flat=True).iterator()


def _held_still(pledge_id: int) -> Pledge:
    # An editor may be saving: lock every row whose text is about to be frozen before it is read, in an editor's order.
    list(Verdict.objects.select_for_update(of=("self",)).filter(pledge=pledge_id, first_edition=None).order_by("pk"))
    return Pledge.objects.select_for_update(of=("self",)).get(pk=pledge_id)


def append(review: Review, stored: bytes, redacts: list[int] | None = None) -> Edition:
    """Make the entry for the reviewed content and add it at the end of the chain.

    To be called within `public_change()` only, and by nobody but who publishes or redacts.
    """
    assert review.decided_by is not None
    last = Edition.objects.order_by("sequence").last()
    edition = Edition(
        sequence=last.sequence + 1 if last else 1,
        pledge=review.pledge,
        number=next_number(review.pledge),
        kind=review.kind,
        published_at=max(timezone.now(), last.published_at) if last else timezone.now(),
        actor=review.requested_by,
        approver=review.decided_by,
        change_note=review.change_note,
        previous_hash=last.hash if last else verifier.FIRST_PREVIOUS_HASH,
        content=stored,
        salt=secrets.token_bytes(log.SALT_BYTES),
        content_digest=content.digest(stored),
    )
    edition.entry = log.write_entry(edition, slug=review.pledge.slug, redacts=redacts)
    edition.hash = verifier.entry_hash(edition.entry)
    edition.save(force_insert=True)
    return edition
