from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.fields import LineField


class Edition(models.Model):
    """What a pledge page said, from its publication until the next edition.

    Append-only: the guards of `pledges.record_guards` refuse every change but the blanking of
    content, salt and digest that a later redaction names. `pledges.log` says how entry,
    hash and commitment are made.
    """

    class Kind(models.TextChoices):
        FIRST = "first", _("First publication")
        VERDICT = "verdict", _("New verdict")
        UPDATE = "update", _("Update")
        CORRECTION = "correction", _("Correction")
        MINOR = "minor", _("Minor change")
        WITHDRAWAL = "withdrawal", _("Withdrawal")
        REDACTION = "redaction", _("Redaction")

    sequence = models.BigIntegerField(
        primary_key=True, help_text=_("Its place in the public log, from 1, without gaps.")
    )
    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="editions")
    number = models.PositiveIntegerField(help_text=_("Its place among the pledge's editions, from 1."))
    kind = models.CharField(max_length=10, choices=Kind.choices)
    published_at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="editions_requested")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="editions_approved")
    change_note = LineField(max_length=500, blank=True)
    entry = models.BinaryField()
    hash = models.CharField(max_length=64, unique=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    content = models.BinaryField(null=True)
    salt = models.BinaryField(null=True)
    content_digest = models.CharField(max_length=64, null=True)  # noqa: DJ001 (null once redacted)

    class Meta:
        ordering = ["sequence"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "number"], name="edition_number_is_used_once"),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["first", "verdict", "update", "correction", "minor", "withdrawal", "redaction"]
                ),
                name="edition_kind_is_known",
            ),
            models.CheckConstraint(condition=~models.Q(actor=models.F("approver")), name="edition_has_two_people"),
            models.CheckConstraint(
                condition=models.Q(kind="minor") | ~models.Q(change_note=""), name="edition_says_what_changed"
            ),
            models.CheckConstraint(
                condition=models.Q(content__isnull=True, salt__isnull=True, content_digest__isnull=True)
                | models.Q(content__isnull=False, salt__isnull=False, content_digest__isnull=False),
                name="edition_is_blanked_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"Edition {self.number}, entry {self.sequence} of the log"

    @property
    def short_hash(self) -> str:
        return self.hash[:12]
