"""What waits for an editor: the lists of the start page."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from pledges.models import Editor, Evidence, Pledge, PublicPledge, Reply, Review, Verdict

SOON = timedelta(days=7)
MOST = 20


@dataclass(frozen=True)
class Desk:
    """Each list in the order to work through it, `MOST` long at the most."""

    reviews_to_decide: QuerySet[Review]
    reviews_to_publish: QuerySet[Review]
    my_reviews: QuerySet[Review]
    drafts: QuerySet[Pledge]
    checks_due: QuerySet[PublicPledge]
    replies_awaited: QuerySet[Reply]


def desk_of(editor: Editor, *, today: date | None = None) -> Desk:
    """Give what waits for this editor, as of a day (today unless told)."""
    today = today or timezone.localdate()
    asked_again = Review.objects.filter(pledge=OuterRef("pledge"), pk__gt=OuterRef("pk"))
    open_reviews = Review.objects.filter(~Exists(asked_again), edition=None)
    open_reviews = open_reviews.select_related("pledge", "requested_by", "decided_by")
    awaited = Reply.objects.filter(answered_on=None, answer_by__lt=today).select_related("pledge")
    return Desk(
        reviews_to_decide=open_reviews.filter(decision="").exclude(requested_by=editor).order_by("requested_at")[:MOST],
        reviews_to_publish=open_reviews.filter(decision=Review.Decision.APPROVED).order_by("decided_at")[:MOST],
        my_reviews=open_reviews.filter(requested_by=editor).order_by("-requested_at")[:MOST],
        drafts=unpublished_drafts_of(editor)[:MOST],
        checks_due=checks_due(today + SOON)[:MOST],
        replies_awaited=awaited.order_by("answer_by")[:MOST],
    )


def unpublished_drafts_of(editor: Editor) -> QuerySet[Pledge]:
    """Pledges this editor worked on whose rows say something else than their current edition, if they have one."""
    published = Q(public__edition__content_digest=F("draft_digest"))
    return Pledge.objects.filter(_worked_on_by(editor)).exclude(published).select_related("topic").order_by("slug")


def checks_due(until: date) -> QuerySet[PublicPledge]:
    """Public pledges whose next check is due by then, the longest overdue first."""
    return PublicPledge.objects.in_public().filter(next_check_on__lte=until).order_by("next_check_on")


def _worked_on_by(editor: Editor) -> Q:
    mine = {"history_user": editor}
    return (
        Q(pk__in=Pledge.history.filter(**mine).values("id"))
        | Q(pk__in=Verdict.history.filter(**mine).values("pledge_id"))
        | Q(pk__in=Evidence.history.filter(**mine).values("pledge_id"))
        | Q(pk__in=Verdict.objects.filter(written_by=editor).values("pledge_id"))
        | Q(pk__in=Evidence.objects.filter(written_by=editor).values("pledge_id"))
    )
