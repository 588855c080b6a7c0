from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Check(models.Model):
    """We looked whether anything changed: a standing fact, public without an edition."""

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="checks")
    checked_on = models.DateField()
    next_due_on = models.DateField()
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="checks")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(next_due_on__gt=models.F("checked_on")),
                name="check_is_due_again_later",
                violation_error_message=_("The next check must be later than this one."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pledge}, checked on {self.checked_on}"
