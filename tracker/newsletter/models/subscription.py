from django.db import models
from django.utils.translation import gettext_lazy as _


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def of_digest(self) -> "SubscriptionQuerySet":
        return self.filter(state=Subscription.State.CONFIRMED, wants_digest=True)


class Subscription(models.Model):
    """One person's address and what they get. Only the actions change it, each change with a consent event."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Subscribed")
        UNSUBSCRIBED = "unsubscribed", _("Has left")
        BOUNCED = "bounced", _("Cannot be reached")
        SUPPRESSED = "suppressed", _("Must not be written to")

    # NULL and not "" once erased: only NULLs may stand there more than once.
    address = models.EmailField(null=True, unique=True, help_text=_("In lower case. Nothing once erased."))  # noqa: DJ001
    state = models.CharField(max_length=12, choices=State.choices, default=State.PENDING)
    wants_digest = models.BooleanField(default=False)
    # Every message carries it, so it cannot be stored as a hash alone.
    leave_token = models.CharField(max_length=43, unique=True)
    leave_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name_plural = _("subscribers")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=["pending", "confirmed", "unsubscribed", "bounced", "suppressed"]),
                name="subscription_state_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(address__isnull=False) | models.Q(state="unsubscribed"),
                name="subscription_without_address_gets_nothing",
            ),
        ]
        indexes = [models.Index(fields=["state", "wants_digest"], name="subscription_by_state")]

    def __str__(self) -> str:
        return f"Subscription {self.pk}"  # never the address: this stands in logs and lists


class Follow(models.Model):
    """A subscriber wants to hear when this pledge's verdict changes."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="follows")
    pledge = models.ForeignKey("pledges.Pledge", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["subscription", "pledge"], name="follow_is_once")]

    def __str__(self) -> str:
        return f"{self.subscription} follows pledge {self.pledge_id}"
