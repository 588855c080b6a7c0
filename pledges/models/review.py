from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges.models.edition import Edition
from pledges.models.fields import LineField


class Review(models.Model):
    """A request to publish exactly this content.

    It is bound to the digest of the content: change a byte of the working copy and it is void. So it is to the archived
    copies of its sources, which readers will see although they are no part of the content.
    """

    class Decision(models.TextChoices):
        WAITING = "", _("waiting")
        APPROVED = "approved", _("approved")
        SENT_BACK = "sent-back", _("sent back")

    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.PROTECT, related_name="reviews")
    content_digest = models.CharField(max_length=64, editable=False)
    copies_digest = models.CharField(max_length=64, blank=True, editable=False)
    kind = models.CharField(max_length=10, choices=Edition.Kind.choices)
    change_note = LineField(
        max_length=500, blank=True, help_text=_("What did this edition change? Readers see this sentence.")
    )
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews_requested"
    )
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default=Decision.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="reviews_decided"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = LineField(max_length=1000, blank=True, help_text=_("For the editors only."))
    publish_at = models.DateTimeField(
        null=True, blank=True, help_text=_("Publish it then, once it is approved; leave empty to publish by hand.")
    )
    edition = models.OneToOneField(
        "pledges.Edition", null=True, blank=True, editable=False, on_delete=models.PROTECT, related_name="review"
    )

    class Meta:
        ordering = ["pk"]
        permissions = [
            ("request_review", "Can ask for a review"),
            ("decide_review", "Can approve a review or send it back"),
            ("publish_review", "Can publish what is approved, now or later"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(decision="", decided_by__isnull=True, decided_at__isnull=True)
                | (~Q(decision="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="review_decision_has_who_and_when",
            ),
            models.CheckConstraint(
                condition=~Q(decision="approved", decided_by=F("requested_by")), name="review_is_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(edition__isnull=True) | Q(decision="approved"), name="review_is_approved_before_publication"
            ),
            models.UniqueConstraint(
                fields=["pledge"],
                condition=Q(edition__isnull=True) & ~Q(decision="sent-back"),
                name="review_is_the_only_open_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.pledge}"

    @property
    def is_open(self) -> bool:
        return self.edition_id is None and self.decision != self.Decision.SENT_BACK

    @property
    def is_void(self) -> bool:
        """Whether the pledge says something else now than what this asked for."""
        return self.is_open and self.content_digest != self.pledge.draft_digest

    @property
    def is_late(self) -> bool:
        """Whether the time to publish has passed."""
        return self.is_open and self.publish_at is not None and self.publish_at < timezone.now()
