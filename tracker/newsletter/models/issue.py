from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, MarkdownField


class IssueQuerySet(models.QuerySet["Issue"]):
    def in_public(self) -> "IssueQuerySet":
        return self.exclude(state=Issue.State.DRAFT)


class Issue(models.Model):
    """One weekly digest: what changed in public between two places of the log, with an introduction.

    While it is a draft its pages are made anew each time; starting to send freezes subject, HTML and text.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENDING = "sending", _("Being sent")
        PAUSED = "paused", _("Paused")
        SENT = "sent", _("Sent")

    number = models.PositiveIntegerField(null=True, unique=True, editable=False, help_text=_("Given when it is sent."))
    subject = LineField(max_length=120, help_text=_("The subject of the message, and the title of its page."))
    introduction = MarkdownField(blank=True, help_text=_("Markdown. Stands above what changed."))
    after_sequence = models.BigIntegerField(editable=False, help_text=_("The last log entry of the issue before."))
    until_sequence = models.BigIntegerField(editable=False, help_text=_("The last log entry that this one tells of."))
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT, editable=False)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="issues_written", editable=False
    )
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="issues_started", editable=False
    )
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    sent_html = models.TextField(blank=True, editable=False, help_text=_("With a mark where the leave link goes."))
    sent_text = models.TextField(blank=True, editable=False)
    leave_mark = models.CharField(max_length=40, blank=True, editable=False, help_text=_("That mark, of this issue."))

    objects = IssueQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["sent_html", "sent_text", "leave_mark"])

    class Meta:
        ordering = ["-pk"]
        permissions = [("send_issue", "Can send an issue of the newsletter")]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="draft"), name="issue_draft_is_one"),
            models.CheckConstraint(
                condition=Q(started_by__isnull=True) | ~Q(started_by=F("written_by")), name="issue_has_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="draft", number__isnull=True, started_at__isnull=True, started_by__isnull=True)
                | (~Q(state="draft") & Q(number__isnull=False, started_at__isnull=False, started_by__isnull=False)),
                name="issue_is_started_whole",
            ),
        ]

    def __str__(self) -> str:
        return str(self.subject)


class IssueTotal(models.Model):
    """How many deliveries of an issue ended in a state: what is kept when the rows, which name people, are deleted."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="totals")
    state = models.CharField(max_length=8)
    deliveries = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["issue", "state"], name="issue_total_is_once")]

    def __str__(self) -> str:
        return f"{self.issue}: {self.deliveries} {self.state}"
