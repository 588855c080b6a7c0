from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Wording(models.Model):
    """The exact words that people agreed to. A version is never changed: new words are a new one."""

    version = models.PositiveIntegerField(primary_key=True)
    text = models.TextField()
    since = models.DateTimeField()

    class Meta:
        ordering = ["version"]

    def __str__(self) -> str:
        return f"Wording {self.version}"


class ConsentEvent(models.Model):
    """One change of what somebody gets: append-only, guarded by triggers."""

    class Kind(models.TextChoices):
        ASKED = "asked", _("Asked")
        CONFIRMED = "confirmed", _("Confirmed")
        CHANGED = "changed", _("Changed")
        LEFT = "left", _("Left")
        BOUNCED = "bounced", _("Could not be reached")
        SUPPRESSED = "suppressed", _("Must not be written to")
        ERASED = "erased", _("Erased")

    class How(models.TextChoices):
        FORM = "form", _("Form on the site")
        LINK = "link", _("Link in a message")
        ONE_CLICK = "one-click", _("One click in the mail program")
        EDITOR = "editor", _("An editor")
        MAIL_SERVER = "mail-server", _("The receiving mail server")
        RETENTION = "retention", _("The time we keep it ran out")

    subscription = models.ForeignKey("newsletter.Subscription", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    how = models.CharField(max_length=12, choices=How.choices)
    happened_at = models.DateTimeField()
    gets = models.TextField(blank=True, help_text=_("What they get from then on: “digest” and slugs of pledges."))
    wording = models.ForeignKey(Wording, null=True, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The editor, if one did it."),
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.subscription}: {self.get_kind_display()}"

    @property
    def gets_for_people(self) -> str:
        return ", ".join(gettext("the newsletter") if name == "digest" else name for name in self.gets.split())
