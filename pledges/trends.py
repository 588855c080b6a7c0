"""How ratings moved over time: by the days from which they were true, not by those on which we recorded them.

Of a partial date or a bound the later end counts, and of "not before" the day on which we recorded it: by then it was true.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count
from django.utils import timezone

from pledges.content import PledgeContent, VerdictContent
from pledges.dates import PartialDate
from pledges.models import StandingRating

MOST_DAYS = 24  # on which a table counts
_MONTHS_OF_A_STEP = (1, 3, 12)


class Stood(NamedTuple):
    """A rating that stood from one day until another: the columns of `StandingRating.FIELDS`."""

    rating_id: int | None
    topic_id: int
    from_day: date
    until_day: date | None
    is_exact: bool


def standing_ratings(content: PledgeContent, moments: Mapping[int, datetime]) -> list[Stood]:
    """Give what stood on a pledge and when, in order; `moments` says when each edition that recorded something came out.

    Before its first verdict a pledge that was made is not yet rated. A corrected verdict never stood.
    """
    corrected = {verdict.corrects for verdict in content.verdicts}
    starts: list[tuple[VerdictContent | None, PartialDate, date]] = []
    for verdict in (None, *(verdict for verdict in content.verdicts if verdict.key not in corrected)):
        partial = PartialDate.parse(verdict.effective_on if verdict else content.made_on)
        recorded_on = timezone.localdate(moments[verdict.recorded_in if verdict else 1])
        starts.append((verdict, partial, min(partial.latest or recorded_on, recorded_on)))
    stood: list[Stood] = []
    until: date | None = None
    for verdict, partial, day in reversed(starts):
        if until is None or day < until:
            rating = verdict.rating.key if verdict else None
            stood.append(Stood(rating, content.topic.key, day, until, partial.earliest == partial.latest))
            until = day
    return stood[::-1]


@dataclass(frozen=True)
class Trend:
    """How many pledges stood at each rating at the end of some days, the last of them today.

    `counted` has a count for each of these days by the key of the rating, None for “not yet rated”.
    """

    days: list[date]
    counted: dict[int | None, list[int]]
    verdicts: int
    inexact_verdicts: int
    leaves_out_earlier: bool


def trend(*, topic: int | None = None, today: date) -> Trend:
    """Count the public pledges over time, all or those of one topic by its key, by one query."""
    changes = [change for change in _changes(topic) if change.day <= today]
    days, is_cut = count_days(min((change.day for change in changes), default=today), today)
    counted: dict[int | None, list[int]] = {rating: [0] * len(days) for rating in {one.rating for one in changes}}
    for change in changes:
        for place, day in enumerate(days):
            counted[change.rating][place] += change.pledges if change.day <= day else 0
    begun = [change for change in changes if change.pledges > 0 and change.rating]
    return Trend(
        days=days if changes else [],
        counted=counted,
        verdicts=sum(change.pledges for change in begun),
        inexact_verdicts=sum(change.pledges for change in begun if not change.is_exact),
        leaves_out_earlier=is_cut,
    )


class _Change(NamedTuple):
    """On a day so many more pledges stood at a rating, or so many fewer."""

    rating: int | None
    is_exact: bool
    day: date
    pledges: int


def _changes(topic: int | None) -> list[_Change]:
    stood: Any = StandingRating.objects.order_by()
    if topic:
        stood = stood.filter(topic=topic)
    begun = stood.values_list("rating", "is_exact", "from_day").annotate(pledges=Count("*"))
    ended = (
        stood.exclude(until_day=None).values_list("rating", "is_exact", "until_day").annotate(pledges=-1 * Count("*"))
    )
    return [_Change(*row) for row in begun.union(ended, all=True)]


def count_days(first: date, today: date) -> tuple[list[date], bool]:
    """Give the last days of months, quarters or years from a day on, today in place of the last, `MOST_DAYS` at the most.

    Says also whether earlier ones had to be left out.
    """
    for months in _MONTHS_OF_A_STEP:
        days = _last_days(first, today, months)
        if len(days) <= MOST_DAYS:
            return days, False
    return days[-MOST_DAYS:], True


def _last_days(first: date, today: date, months: int) -> list[date]:
    """Give the last day of each step of so many months, counted from January, that begins by today."""
    steps = range((first.year * 12 + first.month - 1) // months, (today.year * 12 + today.month - 1) // months)
    return [*(_first_of_month((step + 1) * months) - timedelta(days=1) for step in steps), today]


def _first_of_month(month: int) -> date:
    """Give the first day of a month that is counted from the year 0."""
    return date(month // 12, month % 12 + 1, 1)
