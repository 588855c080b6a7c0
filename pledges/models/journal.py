from django.db import models
from django.utils.translation import gettext_lazy as _


class Generation(models.Model):
    """The one row whose lock serialises every change that readers can see."""

    number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="generation_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)


class Journal(models.Model):
    """Under each number of the generation: the tags of what readers now see differently."""

    MOST_READ = 1_000  # who is behind by more takes everything for changed

    number = models.BigIntegerField(primary_key=True)
    tags = models.TextField(help_text=_("In order, one a line: `pledge:<slug>`, `topic:<slug>`, `lists`, `site` …"))
    written_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = _("journal")
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {' '.join(self.tags.splitlines())}"
