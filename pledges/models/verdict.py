from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, MarkdownField, PartialDateField


class Verdict(models.Model):
    """A dated decision on how far a pledge has been carried out.

    A pledge's rating history is its published verdicts in order of effective date.
    Once an edition contains a verdict the database refuses to change it: a new
    finding is a new verdict, and a mistake is put right by a `correction` edition.
    """

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="verdicts")
    rating = models.ForeignKey("pledges.Rating", on_delete=models.PROTECT, related_name="verdicts")
    effective_on = PartialDateField(help_text=_("From when on is this rating true?"))
    summary = LineField(max_length=500, help_text=_("One or two sentences a reader can quote, 60 words at the most."))
    explanation = MarkdownField(help_text=_("Markdown. Why this rating and not the one next to it?"))
    missing = LineField(max_length=500, blank=True, help_text=_("If undecided: what is missing to decide?"))
    asked = LineField(max_length=500, blank=True, help_text=_("If undecided: who was asked, and when?"))
    no_primary_reason = LineField(
        max_length=500, blank=True, help_text=_("If no primary source is cited: why is there none? Readers see this.")
    )
    attribution = LineField(
        max_length=200, blank=True, help_text=_("Whose rating is it, if not our own? Readers see this.")
    )
    corrects = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
        help_text=_("The earlier verdict that was wrong, if this one puts it right."),
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="verdicts_written")
    first_edition = models.ForeignKey(
        "pledges.Edition", null=True, editable=False, on_delete=models.PROTECT, related_name="verdicts_recorded"
    )

    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(corrects=models.F("pk")),
                name="verdict_corrects_another",
                violation_error_message=_("A verdict cannot correct itself."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rating} ({self.effective_on})"
