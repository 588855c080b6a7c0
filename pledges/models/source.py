from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, PartialDateField, WebAddressField


class SourceManager(models.Manager["Source"]):
    def get_by_natural_key(self, url: str, title: str) -> "Source":
        return self.get(url=url, title=title)


class Source(models.Model):
    """One document that a pledge page cites.

    Archived copy and link state are standing facts: readers see them as they are now,
    and are told so beside an edition of the past.
    """

    class Kind(models.TextChoices):
        MANIFESTO = "manifesto", _("Manifesto")
        PRESS_RELEASE = "press-release", _("Press release")
        PUBLICATION = "publication", _("Official publication")
        STATUTE = "statute", _("Statute")
        STATISTIC = "statistic", _("Official statistics")
        WRITTEN_ANSWER = "written-answer", _("Written answer")
        PARLIAMENTARY_RECORD = "parliamentary-record", _("Parliamentary record")
        SPEECH = "speech", _("Speech")
        LETTER = "letter", _("Official letter")
        OFFICIAL_COPY = "official-copy", _("Official text on another site")
        NEWS = "news", _("News report")
        RESEARCH = "research", _("Research or analysis")
        FACT_CHECK = "fact-check", _("Fact check")

        @property
        def is_primary(self) -> bool:
            """Whether it is the official document itself, rather than a copy or somebody's account of it."""
            return self not in {
                Source.Kind.OFFICIAL_COPY,
                Source.Kind.NEWS,
                Source.Kind.RESEARCH,
                Source.Kind.FACT_CHECK,
            }

    class LinkState(models.TextChoices):
        UNCHECKED = "unchecked", _("not checked yet")
        WORKS = "works", _("works")
        BROKEN = "broken", _("no longer works")

    title = LineField(max_length=300)
    publisher = LineField(max_length=200)
    url = WebAddressField(_("address"))
    kind = models.CharField(max_length=30, choices=Kind.choices)
    published_on = PartialDateField(
        blank=True, help_text=_("As far as it is known. Leave empty if the document has none.")
    )
    archived_url = WebAddressField(_("archived copy"), blank=True)
    link_state = models.CharField(max_length=10, choices=LinkState.choices, default=LinkState.UNCHECKED)
    link_checked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SourceManager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["url", "title"], name="source_is_entered_once")]

    def __str__(self) -> str:
        return f"{self.title} ({self.publisher})"

    def natural_key(self) -> tuple[str, str]:
        return (self.url, self.title)

    @property
    def is_primary(self) -> bool:
        return Source.Kind(self.kind).is_primary
