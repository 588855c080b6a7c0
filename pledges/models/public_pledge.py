import json
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.fields import LineField, PartialDateField


class PublicPledgeQuerySet(models.QuerySet["PublicPledge"]):
    def in_public(self) -> Self:
        return self.filter(withdrawn_at__isnull=True)

    def withdrawn(self) -> Self:
        return self.filter(withdrawn_at__isnull=False)


class PublicPledge(models.Model):
    """The read model: a published pledge's current edition and what lists need of it.

    Only the actions write it, and `rebuild_public` can make it again from the editions.
    """

    pledge = models.OneToOneField("pledges.Pledge", primary_key=True, on_delete=models.PROTECT, related_name="public")
    slug = models.SlugField(max_length=80, unique=True)
    edition = models.OneToOneField("pledges.Edition", on_delete=models.PROTECT, related_name="+")
    headline = LineField(max_length=120)
    quotation = LineField(max_length=1000)
    promisor = models.ForeignKey("pledges.Promisor", on_delete=models.PROTECT, related_name="+")
    topic = models.ForeignKey("pledges.Topic", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey("pledges.Department", on_delete=models.PROTECT, related_name="+")
    rating = models.ForeignKey("pledges.Rating", null=True, on_delete=models.PROTECT, related_name="+")
    made_on = PartialDateField()
    due_on = PartialDateField(blank=True)
    effective_on = PartialDateField(blank=True)
    first_published_at = models.DateTimeField()
    changed_at = models.DateTimeField(help_text=_("When the last edition came out that was more than a minor one."))
    recorded = models.TextField(help_text=_("In JSON: when each edition came out that first recorded a verdict."))
    checked_on = models.DateField(null=True)
    next_check_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = PublicPledgeQuerySet.as_manager()

    class Meta:
        ordering = ["pledge"]

    def __str__(self) -> str:
        return self.headline

    @property
    def recorded_moments(self) -> dict[int, datetime]:
        """When the editions came out that first recorded a verdict, by edition number."""
        return {int(number): datetime.fromisoformat(when) for number, when in json.loads(self.recorded).items()}


class RetiredSlug(models.Model):
    """An address that a pledge once had: it redirects for ever and is never given to another."""

    slug = models.SlugField(max_length=80, primary_key=True)
    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="retired_slugs")
    retired_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug
