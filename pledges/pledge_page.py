"""What the pledge page shows: the content of an edition beside the standing facts of today."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.compose import compose, next_number
from pledges.content import PledgeContent, VerdictContent, read
from pledges.models import Edition, Pledge, PublicPledge, Review, Source


@dataclass(frozen=True)
class HistoryLine:
    """One verdict of the rating history; `is_corrected` when a later one puts it right."""

    verdict: VerdictContent
    recorded_at: datetime | None
    is_standing: bool
    is_corrected: bool


@dataclass(frozen=True)
class PledgePage:
    """Everything the template needs; `sources` are today's rows by their key."""

    slug: str
    address: str
    edition: Edition
    content: PledgeContent
    history: list[HistoryLine]
    sources: dict[int, Source]
    changed_at: datetime
    checked_on: date | None
    next_check_on: date | None

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """Where the page lies."""
        topic = self.content.topic
        return [
            {"name": _("Pledges"), "address": reverse("pledge-list")},
            {"name": topic.name, "address": reverse("topic-detail", args=[topic.slug])},
        ]

    @property
    def card_address(self) -> str:
        """Where its picture for links is; the number has those who keep pictures fetch that of each edition."""
        return f"{settings.SITE_URL}{reverse('pledge-card', args=[self.slug])}?v={self.edition.number}"

    @property
    def is_check_overdue(self) -> bool:
        return self.next_check_on is not None and self.next_check_on < timezone.localdate()


def pledge_page(public: PublicPledge) -> PledgePage:
    """Give the page of a pledge's current edition; costs one query, for the standing facts of sources."""
    assert public.edition.content is not None
    return _page(public, read(bytes(public.edition.content)), public.recorded_moments)


def preview_page(pledge: Pledge) -> PledgePage:
    """Give the page as it would be if the working copy were published now, by the review that is open if there is one.

    Entry and hash are not known yet.
    """
    now = timezone.now()
    public = PublicPledge.objects.filter(pledge=pledge).first() or PublicPledge(slug=pledge.slug, recorded="{}")
    asked = pledge.reviews.filter(edition=None).exclude(decision=Review.Decision.SENT_BACK).first()
    edition = Edition(
        number=next_number(pledge),
        published_at=now,
        kind=asked.kind if asked else "",
        change_note=asked.change_note if asked else "",
    )
    public.edition, public.changed_at = edition, now
    return _page(public, compose(pledge), public.recorded_moments | {edition.number: now})


def _page(public: PublicPledge, content: PledgeContent, recorded: dict[int, datetime]) -> PledgePage:
    return PledgePage(
        slug=public.slug,
        address=settings.SITE_URL + reverse("pledge-detail", args=[public.slug]),
        edition=public.edition,
        content=content,
        history=_history(content, recorded),
        sources=Source.objects.only("archived_url", "link_state").in_bulk([source.key for source in content.sources]),
        changed_at=public.changed_at,
        checked_on=public.checked_on,
        next_check_on=public.next_check_on,
    )


def _history(content: PledgeContent, recorded: dict[int, datetime]) -> list[HistoryLine]:
    corrected = {verdict.corrects for verdict in content.verdicts}
    return [
        HistoryLine(
            verdict=verdict,
            recorded_at=recorded.get(verdict.recorded_in),
            is_standing=verdict == content.verdict,
            is_corrected=verdict.key in corrected,
        )
        for verdict in reversed(content.verdicts)
    ]
