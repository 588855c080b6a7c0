from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from pledges.models.fields import LineField, MarkdownField, PartialDateField


class PledgeManager(models.Manager["Pledge"]):
    def get_by_natural_key(self, slug: str) -> "Pledge":
        return self.get(slug=slug)


class Pledge(models.Model):
    """A checkable promise, quoted word for word: the editors' working copy.

    Readers never see this row. They see editions, which `pledges.compose` makes from it
    and `pledges.actions.editions` publishes.
    """

    class Kind(models.TextChoices):
        DO = "do", _("To do something")
        ABSTAIN = "abstain", _("Not to do something")
        MAINTAIN = "maintain", _("To keep something as it is")

    slug = models.SlugField(max_length=80, unique=True, help_text=_("The last part of the page's address."))
    headline = LineField(max_length=120, help_text=_("What was promised, in plain words. No full stop."))
    quotation = LineField(max_length=1000, help_text=_("The pledge word for word, without quotation marks."))
    quotation_note = LineField(
        max_length=300,
        blank=True,
        help_text=_("How the wording was seen, if not in the document itself. Readers see this."),
    )
    promisor = models.ForeignKey("pledges.Promisor", on_delete=models.PROTECT, related_name="pledges")
    made_in = models.ForeignKey("pledges.Source", on_delete=models.PROTECT, related_name="pledges_made_in")
    made_in_locator = LineField(max_length=200, blank=True, help_text=_("Where in the document: a page or section."))
    made_on = PartialDateField(help_text=_("When was it promised?"))
    topic = models.ForeignKey("pledges.Topic", on_delete=models.PROTECT, related_name="pledges")
    department = models.ForeignKey("pledges.Department", on_delete=models.PROTECT, related_name="pledges")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.DO)
    due_on = PartialDateField(blank=True, help_text=_("Only if the promise itself names a date."))
    background = MarkdownField(
        blank=True, help_text=_("Markdown. What a reader needs to know to understand the pledge.")
    )
    measure = LineField(
        max_length=400,
        blank=True,
        help_text=_(
            "How will we tell whether it was kept? One or two sentences: what is counted, by whom, until when."
        ),
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    draft_digest = models.CharField(max_length=64, blank=True, editable=False)

    objects = PledgeManager()
    history = HistoricalRecords()

    class Meta:
        ordering = ["slug"]
        permissions = [
            ("withdraw_pledge", "Can ask for a pledge to be withdrawn"),
            ("move_pledge", "Can give a published pledge another address"),
            ("redact_pledge", "Can take part in removing text on legal grounds"),
        ]

    def __str__(self) -> str:
        return self.headline

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
