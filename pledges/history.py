"""What was public when: the editions of a pledge, one on its own, and how all pledges stood on a day."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import CharField, Count, F, Func, Max, OuterRef, Q, QuerySet, Subquery

from pledges.dates import first_moment_of
from pledges.labels import Label, Labels
from pledges.models import Edition, PublicPledge
from pledges.models.public_pledge import Correction

MOST_LINES = 100
MOST_LISTED = 200


def end_of(day: date) -> datetime:
    """Give the first moment after a day of the site's time zone."""
    return first_moment_of(day + timedelta(days=1))


@dataclass(frozen=True)
class PastEdition:
    """An edition of a public pledge, and `until` when it stood: the moment of the next one, or None.

    `is_withdrawn` if the pledge was withdrawn by it, or before it and not brought back since: a redaction brings nothing back.
    """

    edition: Edition
    until: datetime | None
    is_withdrawn: bool

    @property
    def public(self) -> PublicPledge:
        return self.edition.pledge.public


def stood_at(slug: str, day: date) -> PastEdition | None:
    """Give the edition of a public pledge that stood at the end of a day, or None if there was none yet."""
    return next(_past(_editions(slug).filter(published_at__lt=end_of(day)).order_by("-number")[:1]), None)


def edition_of(slug: str, number: int) -> PastEdition | None:
    """Give one edition of a public pledge, or None."""
    return next(_past(_editions(slug).filter(number=number)), None)


def current_of(slug: str) -> PastEdition | None:
    """Give the current edition of a public pledge, or None."""
    return next(_past(_editions(slug).order_by("-number")[:1]), None)


def with_the_one_before(slug: str, number: int) -> dict[int, PastEdition]:
    """Give an edition of a public pledge and the one before it, by number, where there are such editions."""
    return {past.edition.number: past for past in _past(_editions(slug).filter(number__in=[number - 1, number]))}


def withdrawal_of(edition: Edition) -> Edition:
    """Give the edition that withdrew the pledge, at or before one that was withdrawn."""
    withdrawals = Edition.objects.filter(pledge=edition.pledge_id, kind=Edition.Kind.WITHDRAWAL)
    return withdrawals.filter(number__lte=edition.number).defer("content").latest("number")


def _editions(slug: str) -> QuerySet[Any]:
    """Look for editions by the address of today, each with the moment when the next one took its place."""
    of_pledge = Edition.objects.filter(pledge=OuterRef("pledge"))
    one_after = of_pledge.filter(number=OuterRef("number") + 1)
    said = of_pledge.filter(number__lte=OuterRef("number")).exclude(kind=Edition.Kind.REDACTION).order_by("-number")
    return (
        Edition.objects.filter(pledge__public__slug=slug)
        .annotate(until=Subquery(one_after.values("published_at")), said_kind=Subquery(said.values("kind")[:1]))
        .select_related("pledge__public")
        .defer("salt", "entry")
    )


def _past(editions: QuerySet[Any]) -> Iterator[PastEdition]:
    for edition in editions:
        yield PastEdition(edition, edition.until, is_withdrawn=edition.said_kind == Edition.Kind.WITHDRAWAL)


def redaction_of(edition: Edition) -> Edition | None:
    """Give the entry that says why an edition's content is gone."""
    redactions = Edition.objects.filter(pledge=edition.pledge_id, kind=Edition.Kind.REDACTION).order_by("number")
    later = redactions.filter(number__gt=edition.number).only("entry", "published_at", "change_note", "hash")
    return next((one for one in later if edition.sequence in json.loads(bytes(one.entry)).get("redacts", [])), None)


@dataclass(frozen=True)
class EditionLine:
    """One edition in the list of a pledge, with the rating before and after it; None where there was none."""

    edition: Edition
    before: Label | None
    after: Label | None
    is_removed: bool
    can_be_compared: bool  # with the one before: both have their text

    @property
    def has_moved(self) -> bool:
        return self.edition.number > 1 and self.before != self.after


@dataclass(frozen=True)
class EditionLines:
    """Some editions of a pledge, newest first; `older` is the number before which there are more, or None."""

    lines: list[EditionLine]
    older: int | None


def editions_of(public: PublicPledge, labels: Labels, *, before: int | None = None) -> EditionLines:
    """Give the editions of a pledge, the last ones or those before a number, by one query that reads no content."""
    editions = Edition.objects.filter(pledge=public.pledge_id)
    if before:
        editions = editions.filter(number__lt=before)
    small = ("number", "kind", "published_at", "change_note", "entry", "hash", "content_digest")
    found = list(editions.order_by("-number").only(*small)[: MOST_LINES + 1])
    ratings = labels.by_slug("rating")
    after = [ratings.get(json.loads(bytes(edition.entry))["rating"]) for edition in found]
    lines = [
        EditionLine(
            edition,
            before=before_it,
            after=after_it,
            is_removed=not edition.content_digest,
            can_be_compared=bool(edition.content_digest and one_before and one_before.content_digest),
        )
        for edition, one_before, after_it, before_it in zip(
            found, [*found, None][1:], after, [*after, None][1:], strict=True
        )
    ][:MOST_LINES]
    return EditionLines(lines, older=lines[-1].edition.number if len(found) > MOST_LINES else None)


@dataclass(frozen=True)
class CorrectionLine:
    """A correction in the list of all, with the headline of the pledge as it is called today."""

    slug: str
    headline: str
    sequence: int
    correction: Correction


@dataclass(frozen=True)
class CorrectionLines:
    """Some corrections, newest first; `older` is the sequence before which there are more, or None."""

    lines: list[CorrectionLine]
    older: int | None


def corrections(*, before: int | None = None) -> CorrectionLines:
    """Give the corrections of public pledges, the last ones or those before a sequence, by one query."""
    editions = Edition.objects.filter(kind=Edition.Kind.CORRECTION, pledge__public__withdrawn_at=None)
    if before:
        editions = editions.filter(sequence__lt=before)
    columns = ("sequence", "number", *(f"pledge__public__{name}" for name in ("slug", "headline", "corrections")))
    found = list(editions.order_by("-sequence").values_list(*columns)[: MOST_LINES + 1])
    lines = [
        CorrectionLine(slug, headline, sequence, _correction(stored, number))
        for sequence, number, slug, headline, stored in found[:MOST_LINES]
    ]
    return CorrectionLines(lines, older=lines[-1].sequence if len(found) > MOST_LINES else None)


def _correction(stored: str, number: int) -> Correction:
    return next(Correction.read(one) for one in json.loads(stored) if one["number"] == number)


class _EntryRating(Func):
    """The rating's slug in the bytes of an entry, read by the database itself."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "json_extract(CAST(%(expressions)s AS TEXT), '$.rating')"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(convert_from(%(expressions)s, 'UTF8')::jsonb ->> 'rating')"
        return self.as_sql(compiler, connection, template=template, **context)


class StoodPledge(NamedTuple):
    """A pledge as it stood on a day; it is called as today."""

    slug: str
    headline: str
    rating: Label | None


@dataclass(frozen=True)
class Scoreboard:
    """How pledges stood at the end of a day: how many by the key of their rating, and the last of them to have changed.

    Who was withdrawn since is counted, as it was then, and not listed.
    """

    counted: Counter[int | None]
    withdrawn_since: int
    listed: list[StoodPledge]

    @property
    def total(self) -> int:
        return self.counted.total()


def scoreboard_at(day: date, labels: Labels) -> Scoreboard:
    """Count and list the pledges that were public at the end of a day, by two queries over the editions' entries."""
    stood = _stood_at(day)
    counted = (
        stood.order_by()
        .values("rating")
        .annotate(pledges=Count("*"), withdrawn=Count("pk", filter=Q(pledge__public__withdrawn_at__isnull=False)))
    )
    rows = list(counted.values_list("rating", "pledges", "withdrawn"))
    listed = stood.filter(pledge__public__withdrawn_at=None).order_by("-sequence")[:MOST_LISTED]
    columns = listed.values_list("pledge__public__slug", "pledge__public__headline", "rating")
    ratings = labels.by_slug("rating")
    by_key = Counter[int | None]()
    for slug, pledges, _withdrawn in rows:
        by_key[ratings[slug].key if slug in ratings else None] += pledges
    return Scoreboard(
        counted=by_key,
        withdrawn_since=sum(withdrawn for _slug, _pledges, withdrawn in rows),
        listed=[StoodPledge(slug, headline, ratings.get(rating)) for slug, headline, rating in columns],
    )


def _stood_at(day: date) -> QuerySet[Any]:
    by_then = Edition.objects.filter(published_at__lt=end_of(day)).exclude(kind=Edition.Kind.REDACTION)
    last = by_then.order_by().values("pledge").annotate(last=Max("sequence")).values("last")
    stood = Edition.objects.filter(sequence__in=last).exclude(kind=Edition.Kind.WITHDRAWAL)
    return stood.annotate(rating=_EntryRating(F("entry")))


def first_published_at() -> datetime | None:
    """Give the moment since when anything has been public."""
    return Edition.objects.order_by("sequence").values_list("published_at", flat=True).first()
