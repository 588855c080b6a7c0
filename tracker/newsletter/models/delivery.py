from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Delivery(models.Model):
    """One message to one person, and how far it has got: the outbox of everything this site sends to readers.

    queued → claimed → sending → sent. Before it is handed over, `sending` is committed; a sender that dies leaves it
    there, and it becomes `unknown`: a person decides, for it may have arrived. Whoever left before it was claimed gets
    nothing: `dropped`.
    """

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", _("Confirmation of a sign-up")
        ISSUE = "issue", _("Issue of the newsletter")
        NOTICE = "notice", _("Notice to those who follow a pledge")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        CLAIMED = "claimed", _("Claimed by a sender")
        SENDING = "sending", _("Being handed over")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Refused by the mail server")
        UNKNOWN = "unknown", _("Uncertain: it may have arrived")
        DROPPED = "dropped", _("Not sent: the person had left")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    subscription = models.ForeignKey("newsletter.Subscription", on_delete=models.CASCADE, related_name="deliveries")
    issue = models.ForeignKey("newsletter.Issue", null=True, on_delete=models.PROTECT, related_name="deliveries")
    sign_up = models.OneToOneField(
        "newsletter.SignUp", null=True, on_delete=models.CASCADE, related_name="confirmation"
    )
    notice_on = models.DateField(null=True, help_text=_("The day of a notice: there is at most one a day."))
    # A later try of the same notice tells the same; the next one begins where the last one that may have arrived ends.
    told_after = models.BigIntegerField(null=True, help_text=_("The last log entry that notices before this one told."))
    told_until = models.BigIntegerField(null=True, help_text=_("The last log entry that this notice tells of."))
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    claimed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True, help_text=_("The kind of failure; never an address."))

    class Meta:
        verbose_name_plural = _("deliveries")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="issue", issue__isnull=False, sign_up__isnull=True, notice_on__isnull=True)
                | Q(kind="confirmation", issue__isnull=True, sign_up__isnull=False, notice_on__isnull=True)
                | Q(kind="notice", issue__isnull=True, sign_up__isnull=True, notice_on__isnull=False),
                name="delivery_has_what_its_kind_needs",
            ),
            models.UniqueConstraint(
                fields=["issue", "subscription"], condition=Q(issue__isnull=False), name="delivery_of_an_issue_is_once"
            ),
            models.UniqueConstraint(
                fields=["subscription", "notice_on"],
                condition=Q(notice_on__isnull=False),
                name="delivery_of_a_notice_is_once_a_day",
            ),
        ]
        indexes = [
            # Kind and issue first: what an issue has waiting is not in the way of a confirmation, nor while it is paused.
            models.Index(
                fields=["kind", "issue", "due_at"], condition=Q(state="queued"), name="delivery_waiting_by_kind"
            ),
            models.Index(
                fields=["claimed_by", "state"], condition=Q(state__in=["claimed", "sending"]), name="delivery_claimed"
            ),
            models.Index(fields=["issue", "state"], name="delivery_of_issue_by_state"),
            models.Index(fields=["claimed_at"], condition=Q(kind="confirmation"), name="delivery_confirmation_claimed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
