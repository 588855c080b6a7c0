from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SignUpQuerySet(models.QuerySet["SignUp"]):
    def waiting(self) -> "SignUpQuerySet":
        """What the sender has not worked off yet."""
        return self.filter(worked_off_at=None)

    def unconfirmed_of(self, subscription_id: int) -> "SignUpQuerySet":
        return self.filter(subscription=subscription_id, confirmed_at=None)


class SignUp(models.Model):
    """What somebody typed into the form: a wish that counts only once its confirmation link was used.

    Taking it in is one INSERT whatever we know of the address, so the answer says nothing about it. The sender works it
    off: it finds or makes the subscription and, unless that would be once too often, queues the confirmation.
    """

    address = models.EmailField(help_text=_("In lower case."))
    wants_digest = models.BooleanField(default=False)
    pledge = models.ForeignKey("pledges.Pledge", null=True, on_delete=models.CASCADE, related_name="+")
    wording = models.ForeignKey("newsletter.Wording", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    worked_off_at = models.DateTimeField(null=True)
    subscription = models.ForeignKey(
        "newsletter.Subscription", null=True, on_delete=models.CASCADE, related_name="sign_ups"
    )
    token = models.CharField(max_length=43, null=True, unique=True)  # noqa: DJ001 (null until there is a mail)
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    expires_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects = SignUpQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(wants_digest=True) | Q(pledge__isnull=False), name="sign_up_asks_for_something"
            ),
            models.CheckConstraint(
                condition=Q(token__isnull=True, token_hash__isnull=True, expires_at__isnull=True)
                | Q(token__isnull=False, token_hash__isnull=False, expires_at__isnull=False),
                name="sign_up_link_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], condition=Q(worked_off_at=None), name="sign_up_waiting")]

    def __str__(self) -> str:
        return f"Sign-up {self.pk}"

    def has_ended(self, now: datetime) -> bool:
        """Whether its link, if it ever got one, no longer confirms anything."""
        return self.expires_at is not None and self.expires_at <= now
