from django.db import models
from django.utils.translation import gettext_lazy as _


class Verification(models.Model):
    """When `verify_log` last ran, and what it found: one row, which readers of the log are told."""

    ran_at = models.DateTimeField()
    entries = models.BigIntegerField(help_text=_("How many entries it went through."))
    head = models.CharField(max_length=64, blank=True, help_text=_("The hash of the last of them."))
    holds = models.BooleanField()
    first_broken = models.BigIntegerField(
        null=True, help_text=_("The first entry that does not hold, if one does not.")
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="verification_is_one_row"),
            models.CheckConstraint(
                condition=models.Q(holds=False) | models.Q(first_broken__isnull=True),
                name="verification_that_holds_names_no_entry",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entries} entries on {self.ran_at}"
