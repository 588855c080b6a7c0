"""Dates as far as they are known: a year, a month, a day, or a bound."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

_POINT = r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"
_FORMS = re.compile(
    rf"(?P<on>{_POINT})"
    rf"|not before (?P<not_before>{_POINT})"
    rf"|not after (?P<not_after>{_POINT})"
    rf"|between (?P<first>{_POINT}) and (?P<last>{_POINT})"
)


def first_moment_of(day: dt.date) -> dt.datetime:
    """Give the midnight with which a day of the site's time zone begins."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


@dataclass(frozen=True)
class Point:
    """A year, month or day, never padded: `2025`, `2025-03` or `2025-03-03`."""

    text: str

    @cached_property
    def _parts(self) -> list[int]:
        return [int(part) for part in self.text.split("-")]

    @cached_property
    def first_day(self) -> dt.date:
        year, month, day = [*self._parts, 1, 1][:3]
        return dt.date(year, month, day)

    @cached_property
    def last_day(self) -> dt.date:
        year, month = [*self._parts, 12][:2]
        day = self._parts[2] if self.text.count("-") > 1 else calendar.monthrange(year, month)[1]
        return dt.date(year, month, day)

    def __str__(self) -> str:
        return format_date(self.first_day, ("Y", "F Y", "j F Y")[len(self._parts) - 1])


@dataclass(frozen=True)
class PartialDate:
    """A point in time, or bounds between which it lies; `text` is the stored form."""

    text: str
    not_before: Point | None
    not_after: Point | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the stored form; raises ValueError with a sentence for people."""
        found = _FORMS.fullmatch(text)
        if found is None:
            raise ValueError(
                _(
                    "Write a date as 2025, 2025-03 or 2025-03-03, or as “not before …”, “not after …” or “between … and …”."
                )
            )
        one = found["on"]
        first, last = one or found["not_before"] or found["first"], one or found["not_after"] or found["last"]
        partial = cls(text, Point(first) if first else None, Point(last) if last else None)
        partial._check()
        return partial

    def _check(self) -> None:
        try:
            starts, ends = self.earliest, self.latest
        except ValueError:
            raise ValueError(_("“%s” is not a day of the calendar.") % self.text) from None
        if starts and ends and starts > ends:
            raise ValueError(_("The first date is after the second one."))
        if self.text.startswith("between") and not self.is_bound:
            raise ValueError(_("Both dates are the same: write it once."))

    @property
    def is_bound(self) -> bool:
        """Whether only bounds are known, rather than the year, month or day itself."""
        return self.not_before != self.not_after

    @property
    def earliest(self) -> dt.date | None:
        """The first day it can have been; None when nothing bounds it."""
        return self.not_before.first_day if self.not_before else None

    @property
    def latest(self) -> dt.date | None:
        """The last day it can have been; None when nothing bounds it."""
        return self.not_after.last_day if self.not_after else None

    @property
    def order_day(self) -> dt.date:
        """The day that lists sort it by: the earliest it can have been, or else the latest."""
        day = self.earliest or self.latest
        assert day is not None
        return day

    def __str__(self) -> str:
        names = {"first": self.not_before, "last": self.not_after}
        if not self.is_bound:
            return str(self.not_before)
        if self.not_before is None:
            return _("not after %(last)s") % names
        if self.not_after is None:
            return _("not before %(first)s") % names
        return _("between %(first)s and %(last)s") % names
