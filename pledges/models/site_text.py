from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import MarkdownField


class SiteTextManager(models.Manager["SiteText"]):
    def get_by_natural_key(self, name: str) -> "SiteText":
        return self.get(name=name)


class SiteText(models.Model):
    """A text about the site itself: editors write the draft, readers read what an action published of it.

    Migrations make one row for each name; there are no others.
    """

    class Name(models.TextChoices):
        ABOUT = "about", _("About this site")
        PRIVACY = "privacy", _("Privacy")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        METHODOLOGY = "methodology", _("How pledges are chosen")

    name = models.CharField(max_length=20, unique=True, choices=Name.choices, editable=False)
    draft = MarkdownField(blank=True, help_text=_("Markdown. Saving changes nothing in public: publishing does."))
    published = MarkdownField(blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="site_texts_published",
    )

    objects = SiteTextManager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("text of the site")
        verbose_name_plural = _("texts of the site")
        ordering = ["pk"]
        permissions = [("publish_sitetext", "Can publish a text of the site")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__in=["about", "privacy", "accessibility", "methodology"]),
                name="site_text_name_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(published="", published_at__isnull=True, published_by__isnull=True)
                | (~models.Q(published="") & models.Q(published_at__isnull=False, published_by__isnull=False)),
                name="site_text_publication_has_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_name_display())

    def natural_key(self) -> tuple[str]:
        return (self.name,)

    @property
    def has_unpublished_changes(self) -> bool:
        return str(self.draft) != str(self.published)
