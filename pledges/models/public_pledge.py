import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.fields import LineField, PartialDateField

_CELL = ["topic", "department", "promisor", "rating"]
_COUNTED = [*_CELL, "made_in", "due_day", "next_check_on", "changed_at"]


class PublicPledgeQuerySet(models.QuerySet["PublicPledge"]):
    def in_public(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def at(self, slug: str) -> "PublicPledge | None":
        """Find the one with this address. `first()` would have it ordered, which Django takes longer to put into SQL than all the rest."""
        return next(iter(self.filter(slug=slug).order_by()), None)

    def for_lists(self) -> Self:
        """Leave out the long texts that no list shows."""
        return self.defer("recorded", "corrections")

    def with_search_text(self) -> Self:
        """Add what a line of a search shows."""
        return self.for_lists().select_related("search_text")

    def withdrawn(self) -> Self:
        return self.filter(withdrawn_at__isnull=False)


@dataclass(frozen=True)
class Wrong:
    """A verdict that a correction puts right, and since when this site had said it."""

    rating: str
    effective_on: str
    recorded_in: int
    recorded_at: datetime


@dataclass(frozen=True)
class Correction:
    """An edition that puts right what was wrong; `wrong` has the verdicts that it corrects, if there are any."""

    number: int
    published_at: datetime
    change_note: str
    wrong: tuple[Wrong, ...]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Self:
        moments = {"published_at": datetime.fromisoformat(stored["published_at"])}
        wrong = (Wrong(**{**one, "recorded_at": datetime.fromisoformat(one["recorded_at"])}) for one in stored["wrong"])
        return cls(**{**stored, **moments, "wrong": tuple(wrong)})


class PublicPledge(models.Model):
    """The read model: a published pledge's current edition and what lists need of it.

    Only the actions write it, and `rebuild_public` can make it again from the editions.
    """

    pledge = models.OneToOneField("pledges.Pledge", primary_key=True, on_delete=models.PROTECT, related_name="public")
    slug = models.SlugField(max_length=80, unique=True)
    edition = models.OneToOneField("pledges.Edition", on_delete=models.PROTECT, related_name="+")
    headline = LineField(max_length=120)
    promisor = models.ForeignKey("pledges.Promisor", on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey("pledges.Topic", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("pledges.Department", on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey("pledges.Rating", null=True, on_delete=models.PROTECT, related_name="+")
    made_in = models.ForeignKey("pledges.Source", on_delete=models.PROTECT, related_name="+")
    made_on = PartialDateField()
    made_day = models.DateField(help_text=_("The day that lists sort it by."))
    due_on = PartialDateField(blank=True)
    due_day = models.DateField(
        help_text=_("The last day it was promised for; the end of the calendar if none was named.")
    )
    first_published_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text=_("When the last edition came out that was more than a minor one."))
    recorded = models.TextField(help_text=_("In JSON: when each edition came out that first recorded a verdict."))
    corrections = models.TextField(help_text=_("In JSON: the editions that put something right, newest first."))
    checked_on = models.DateField(null=True)
    next_check_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    redacted_at = models.DateTimeField(null=True, help_text=_("When something was last removed on legal grounds."))

    objects = PublicPledgeQuerySet.as_manager()

    class Meta:
        ordering = ["pledge"]
        # What lists sort and narrow by; without the condition SQLite would read withdrawn rows to leave them out.
        indexes = [
            models.Index(fields=fields, name=f"public_pledge_by_{name}", condition=models.Q(withdrawn_at=None))
            for name, fields in {
                "changed": ["changed_at", "pledge"],
                "made": ["made_day", "pledge"],
                "due": ["due_day", "pledge"],
                "rating": ["rating", "changed_at", "pledge"],
                "topic": ["topic", "changed_at", "pledge"],
                "department": ["department", "changed_at", "pledge"],
                "promisor": ["promisor", "changed_at", "pledge"],
                "source": ["made_in", "changed_at", "pledge"],
                # They cover what filters count: of all pledges, and of those that a search found.
                "cell": _COUNTED,
                "pledge": ["pledge", *_COUNTED],
            }.items()
        ] + [
            # Covers the count of what is overdue: few pledges have a date for the next check.
            models.Index(
                fields=["next_check_on", *_CELL],
                name="public_pledge_by_next_check",
                condition=models.Q(withdrawn_at=None, next_check_on__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.headline

    @property
    def recorded_moments(self) -> dict[int, datetime]:
        """When the editions came out that first recorded a verdict, by edition number."""
        return {int(number): datetime.fromisoformat(when) for number, when in json.loads(self.recorded).items()}

    @property
    def made_corrections(self) -> list[Correction]:
        """The editions that put something right, newest first."""
        return [Correction.read(stored) for stored in json.loads(self.corrections)]


class StandingRating(models.Model):
    """A rating that stood on a public pledge from one day until another, by the effective dates of its verdicts.

    Of a partial date or a bound it is the later end that counts, see `pledges.trends`. Written with the read model and
    compared by `verify_log`; a withdrawn pledge has none.
    """

    FIELDS = ("rating_id", "topic_id", "from_day", "until_day", "is_exact")

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey("pledges.Rating", null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey("pledges.Topic", on_delete=models.PROTECT, related_name="+")
    from_day = models.DateField()
    until_day = models.DateField(null=True, help_text=_("The first day on which another one stood."))
    is_exact = models.BooleanField(help_text=_("Whether the day was known, rather than a month, a year or a bound."))

    class Meta:
        ordering = ["pledge", "from_day"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "from_day"], name="standing_rating_begins_once"),
            models.CheckConstraint(
                condition=models.Q(until_day__isnull=True) | models.Q(until_day__gt=models.F("from_day")),
                name="standing_rating_ends_after_it_began",
            ),
        ]
        # Trends count by these alone.
        indexes = [
            models.Index(fields=["rating", "is_exact", "from_day"], name="standing_rating_by_start"),
            models.Index(fields=["rating", "is_exact", "until_day"], name="standing_rating_by_end"),
            models.Index(
                fields=["topic", "rating", "is_exact", "from_day", "until_day"], name="standing_rating_by_topic"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating_id} from {self.from_day}"


class Tally(models.Model):
    """How many public pledges stand at one rating within one topic, department and promisor; none has no row.

    Written with the read model and recounted by `verify_log`, so that totals need not read every pledge.
    """

    CELL = ("rating_id", "topic_id", "department_id", "promisor_id")

    rating = models.ForeignKey("pledges.Rating", null=True, on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey("pledges.Topic", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("pledges.Department", on_delete=models.PROTECT, related_name="+")
    promisor = models.ForeignKey("pledges.Promisor", on_delete=models.PROTECT, related_name="+")
    pledges = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rating", "topic", "department", "promisor"],
                condition=models.Q(rating__isnull=False),
                name="tally_has_one_row_a_rated_cell",
            ),
            models.UniqueConstraint(
                fields=["topic", "department", "promisor"],
                condition=models.Q(rating__isnull=True),
                name="tally_has_one_row_an_unrated_cell",
            ),
            models.CheckConstraint(condition=models.Q(pledges__gt=0), name="tally_counts_something"),
        ]

    def __str__(self) -> str:
        return str(self.pledges)


class DueTally(models.Model):
    """How many public pledges of one rating were promised for one day at the latest; as `Tally` is kept."""

    CELL = ("rating_id", "due_day")

    rating = models.ForeignKey("pledges.Rating", null=True, on_delete=models.PROTECT, related_name="+")
    due_day = models.DateField()
    pledges = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["due_day", "rating"],
                condition=models.Q(rating__isnull=False),
                name="due_tally_has_one_row_a_rated_cell",
            ),
            models.UniqueConstraint(
                fields=["due_day"],
                condition=models.Q(rating__isnull=True),
                name="due_tally_has_one_row_an_unrated_cell",
            ),
            models.CheckConstraint(condition=models.Q(pledges__gt=0), name="due_tally_counts_something"),
        ]

    def __str__(self) -> str:
        return str(self.pledges)


class PublicSource(models.Model):
    """A document that public pledges were made in: how the last of their editions calls it, and how many they are.

    The working copy of a source may already say something else. Written with the read model and recounted by `verify_log`.
    """

    source = models.OneToOneField("pledges.Source", primary_key=True, on_delete=models.PROTECT, related_name="+")
    title = LineField(max_length=300)
    pledges = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["-pledges", "source"], name="public_source_by_pledges")]

    def __str__(self) -> str:
        return self.title


class RetiredSlug(models.Model):
    """An address that a pledge once had: it redirects for ever and is never given to another."""

    slug = models.SlugField(max_length=80, primary_key=True)
    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="retired_slugs")
    retired_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug
