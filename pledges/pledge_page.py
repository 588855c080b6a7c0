"""What the pledge page shows: the content of an edition beside the standing facts of today."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import ready_html
from pledges.compose import compose, next_number
from pledges.content import PledgeContent, VerdictContent, read
from pledges.history import PastEdition
from pledges.models import Edition, Pledge, PublicPledge, Review, Source
from pledges.models.public_pledge import Correction


@dataclass(frozen=True)
class HistoryLine:
    """One verdict of the rating history; `is_corrected` when a later one puts it right."""

    verdict: VerdictContent
    recorded_at: datetime | None
    is_standing: bool
    is_corrected: bool


@dataclass(frozen=True)
class LookingBack:
    """What is said beside an edition that is not read as today's page.

    `day` is the one at whose end it stood, if a day was asked for; `until` is when the next edition took its place;
    `corrections` came after it.
    """

    day: date | None
    until: datetime | None
    corrections: list[Correction]

    @property
    def is_today(self) -> bool:
        return self.day is not None and self.day >= timezone.localdate()


@dataclass(frozen=True)
class PledgePage:
    """Everything the template needs; `sources` are today's rows by their key, `past` is None on today's page.

    `address` is that of today's page and `cited_address` where this edition stays, both whole.
    `parts` are those that are ready as HTML; the template leaves there those that it has to make.
    """

    slug: str
    address: str
    cited_address: str
    edition: Edition
    content: PledgeContent
    history: list[HistoryLine]
    corrections: list[Correction]
    sources: dict[int, Source]
    changed_at: datetime
    checked_on: date | None
    next_check_on: date | None
    redacted_at: datetime | None
    past: LookingBack | None = None
    is_preview: bool = False
    parts: dict[str, str] = field(default_factory=dict)

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """Where the page lies."""
        topic = self.content.topic
        pledges = {"name": _("Pledges"), "address": reverse("pledge-list")}
        if self.past:
            return [pledges, {"name": self.content.headline, "address": reverse("pledge-detail", args=[self.slug])}]
        return [pledges, {"name": topic.name, "address": reverse("topic-detail", args=[topic.slug])}]

    @property
    def own_address(self) -> str:
        """Where this is shown: today's page, or that of the past which it is."""
        return self.cited_address if self.past else self.address

    @property
    def card_address(self) -> str:
        """Where its picture for links is; the number has those who keep pictures fetch that of each edition."""
        return f"{settings.SITE_URL}{reverse('pledge-card', args=[self.slug])}?v={self.edition.number}"

    @property
    def is_check_overdue(self) -> bool:
        return self.past is None and self.next_check_on is not None and self.next_check_on < timezone.localdate()


def pledge_page(public: PublicPledge) -> PledgePage:
    """Give the page of a pledge's current edition; costs one query, for the standing facts of sources."""
    assert public.edition.content is not None
    page = _page(public, public.edition, read(bytes(public.edition.content)), public.recorded_moments)
    return replace(page, parts=ready_html.parts_of(public, page.sources))


def past_page(past: PastEdition, *, day: date | None = None) -> PledgePage:
    """Give the page of any edition that has its content, as it read: at the end of a day, or by its number."""
    public, edition = past.public, past.edition
    assert edition.content is not None
    page = _page(public, edition, read(bytes(edition.content)), public.recorded_moments)
    kept = (
        reverse("pledge-at", args=[public.slug, day])
        if day
        else reverse("edition-detail", args=[public.slug, edition.number])
    )
    later = [correction for correction in public.made_corrections if correction.number > edition.number]
    return replace(
        page,
        cited_address=settings.SITE_URL + kept,
        changed_at=edition.published_at,
        past=LookingBack(day, past.until, later),
    )


def rating_history(public: PublicPledge) -> list[HistoryLine]:
    """Give the recorded ratings of a pledge's current edition, the latest first."""
    assert public.edition.content is not None
    return _history(read(bytes(public.edition.content)), public.recorded_moments)


def upcoming_edition(pledge: Pledge) -> Edition:
    """Give the edition that publishing now would make, by the review that is open if there is one.

    Entry and hash are not known yet.
    """
    asked = pledge.reviews.filter(edition=None).exclude(decision=Review.Decision.SENT_BACK).first()
    return Edition(
        number=next_number(pledge),
        published_at=timezone.now(),
        kind=asked.kind if asked else "",
        change_note=asked.change_note if asked else "",
    )


def preview_page(pledge: Pledge, edition: Edition) -> PledgePage:
    """Give the page as this upcoming edition of the working copy would make it; a withdrawal has no such page."""
    now = edition.published_at
    nothing = PublicPledge(slug=pledge.slug, recorded="{}", corrections="[]", changed_at=now)
    public = PublicPledge.objects.filter(pledge=pledge).first() or nothing
    if edition.kind != Edition.Kind.MINOR:
        public.changed_at = now
    page = _page(public, edition, compose(pledge), public.recorded_moments | {edition.number: now})
    put_right = (
        [Correction(edition.number, now, edition.change_note, ())] if edition.kind == Edition.Kind.CORRECTION else []
    )
    return replace(page, is_preview=True, corrections=[*put_right, *page.corrections])


def _page(public: PublicPledge, edition: Edition, content: PledgeContent, recorded: dict[int, datetime]) -> PledgePage:
    return PledgePage(
        slug=public.slug,
        address=settings.SITE_URL + reverse("pledge-detail", args=[public.slug]),
        # Not that of a day: another edition may come out on it.
        cited_address=settings.SITE_URL + reverse("edition-detail", args=[public.slug, edition.number]),
        edition=edition,
        content=content,
        history=_history(content, recorded),
        corrections=[correction for correction in public.made_corrections if correction.number <= edition.number],
        sources=Source.objects.order_by()
        .only("archived_url", "link_state")
        .in_bulk([source.key for source in content.sources]),
        changed_at=public.changed_at,
        checked_on=public.checked_on,
        next_check_on=public.next_check_on,
        redacted_at=public.redacted_at,
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
