"""What waits for an editor: the lists of the start page."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from pledges.models import Editor, Evidence, Pledge, PublicPledge, Reply, Review, Verdict

SOON = timedelta(days=7)
MOST = 20
_BEFORE_ALL = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """One list in the order to work through it: its first `MOST` rows, and how many there are."""

    rows: list[Any]
    total: int

    @property
    def is_cut(self) -> bool:
        return self.total > len(self.rows)


@dataclass(frozen=True)
class Desk:
    """The lists of one editor; None where others have to act."""

    reviews_to_decide: Waiting | None
    reviews_to_publish: Waiting | None
    my_reviews: Waiting
    drafts: Waiting
    checks_due: Waiting
    replies_awaited: Waiting


def desk_of(editor: Editor, *, today: date | None = None) -> Desk:
    """Give what waits for this editor, as of a day (today unless told)."""
    today = today or timezone.localdate()
    awaited = Reply.objects.filter(answered_on=None, answer_by__lt=today).select_related("pledge")
    to_publish = _open_reviews().filter(decision=Review.Decision.APPROVED).order_by("decided_at")
    return Desk(
        reviews_to_decide=_waiting(_to_decide(editor)) if editor.has_perm("pledges.decide_review") else None,
        reviews_to_publish=_waiting(to_publish) if editor.has_perm("pledges.publish_review") else None,
        my_reviews=_waiting(_open_reviews().filter(requested_by=editor).order_by("-requested_at")),
        drafts=_waiting(unpublished_drafts_of(editor)),
        checks_due=_waiting(checks_due(today + SOON)),
        replies_awaited=_waiting(awaited.order_by("answer_by")),
    )


def _waiting(rows: QuerySet[Any]) -> Waiting:
    first = list(rows[: MOST + 1])
    return Waiting(first[:MOST], total=rows.count() if len(first) > MOST else len(first))


def _open_reviews() -> QuerySet[Review]:
    asked_again = Review.objects.filter(pledge=OuterRef("pledge"), pk__gt=OuterRef("pk"))
    reviews = Review.objects.filter(~Exists(asked_again), edition=None)
    return reviews.select_related("pledge", "requested_by", "decided_by")


def _to_decide(editor: Editor) -> QuerySet[Review]:
    """Reviews of what others asked for and wrote, as far as the histories of its rows tell; approving looks closer."""
    published = Review.objects.filter(pledge=OuterRef("pledge"), edition__isnull=False).order_by("-edition")
    since = Coalesce(Subquery(published.values("requested_at")[:1]), Value(_BEFORE_ALL, output_field=DateTimeField()))
    waiting = _open_reviews().filter(decision=Review.Decision.WAITING).exclude(requested_by=editor)
    waiting = waiting.annotate(since=since)
    mine = Q(history_user=editor)
    histories = [
        Pledge.history.filter(mine, id=OuterRef("pledge")),
        Reply.history.filter(mine, pledge_id=OuterRef("pledge")),
        *(row.history.filter(mine | Q(written_by=editor), pledge_id=OuterRef("pledge")) for row in (Verdict, Evidence)),
    ]
    for history in histories:
        waiting = waiting.exclude(Exists(history.filter(history_date__gt=OuterRef("since"))))
    return waiting.order_by("requested_at")


def unpublished_drafts_of(editor: Editor) -> QuerySet[Pledge]:
    """Pledges this editor worked on whose rows say something else than their current edition, if they have one."""
    published = Q(public__edition__content_digest=F("draft_digest"))
    return Pledge.objects.filter(_worked_on_by(editor)).exclude(published).select_related("topic").order_by("slug")


def checks_due(until: date) -> QuerySet[PublicPledge]:
    """Public pledges whose next check is due by then, the longest overdue first; each says if it has unpublished changes."""
    due = PublicPledge.objects.in_public().filter(next_check_on__lte=until)
    is_changed = ~Q(edition__content_digest=F("pledge__draft_digest"))
    return due.annotate(has_unpublished_changes=is_changed).order_by("next_check_on")


def _worked_on_by(editor: Editor) -> Q:
    mine = {"history_user": editor}
    return (
        Q(pk__in=Pledge.history.filter(**mine).values("id"))
        | Q(pk__in=Verdict.history.filter(**mine).values("pledge_id"))
        | Q(pk__in=Evidence.history.filter(**mine).values("pledge_id"))
        | Q(pk__in=Verdict.objects.filter(written_by=editor).values("pledge_id"))
        | Q(pk__in=Evidence.objects.filter(written_by=editor).values("pledge_id"))
    )
