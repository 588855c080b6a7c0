from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, MarkdownField


class Reply(models.Model):
    """Right of reply: who was asked, when, and their answer, or none by the date given."""

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="replies")
    asked_of = LineField(max_length=200, help_text=_("Who was asked?"))
    asked_on = models.DateField()
    answer_by = models.DateField(help_text=_("By when did we ask for an answer?"))
    answered_on = models.DateField(null=True, blank=True)
    answer = MarkdownField(blank=True, help_text=_("Markdown. What they answered; short answers in full."))

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = _("replies")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answer="") | (Q(answered_on__isnull=False) & ~Q(answer="")),
                name="reply_answer_has_a_date",
                violation_error_message=_("Give both the answer and its date, or neither."),
            ),
            models.CheckConstraint(
                condition=Q(answer_by__gte=models.F("asked_on")),
                name="reply_is_due_after_asking",
                violation_error_message=_("The answer cannot be due before it was asked for."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_of}, asked on {self.asked_on}"
