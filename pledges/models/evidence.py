from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, MarkdownField, PartialDateField


class Evidence(models.Model):
    """One dated thing that happened, for or against a pledge being carried out."""

    class Direction(models.TextChoices):
        SUPPORTS = "supports", _("Points towards the pledge being kept")
        AGAINST = "against", _("Points against the pledge being kept")
        NEUTRAL = "neutral", _("Points neither way")

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="evidence")
    happened_on = PartialDateField(help_text=_("When did it happen?"))
    title = LineField(max_length=200)
    account = MarkdownField(help_text=_("Markdown. What happened, in our own words."))
    quotation = LineField(
        max_length=1000, blank=True, help_text=_("A short quotation from a source, without quotation marks.")
    )
    direction = models.CharField(max_length=10, choices=Direction.choices, default=Direction.NEUTRAL)
    sources = models.ManyToManyField("pledges.Source", related_name="evidence")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="evidence_written")

    history = HistoricalRecords(m2m_fields=[sources])

    class Meta:
        verbose_name_plural = _("evidence")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "happened_on", "title"], name="evidence_is_entered_once")
        ]

    def __str__(self) -> str:
        return f"{self.happened_on}: {self.title}"
