from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.fields import LineField


class Family(models.TextChoices):
    """What a rating amounts to, whatever a newsroom's own scale calls it."""

    KEPT = "kept", _("Kept")
    PARTLY = "partly", _("Partly kept")
    MOVING = "moving", _("Moving")
    STALLED = "stalled", _("Stalled")
    BROKEN = "broken", _("Broken")
    UNDECIDED = "undecided", _("Undecided")

    @property
    def is_closed(self) -> bool:
        """Whether the rating says that the matter is settled."""
        return self in {Family.KEPT, Family.PARTLY, Family.BROKEN}


class RatingManager(models.Manager["Rating"]):
    def get_by_natural_key(self, slug: str) -> "Rating":
        return self.get(slug=slug)


class Rating(models.Model):
    """A label on the newsroom's rating scale, with the definition that readers see."""

    name = LineField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    family = models.CharField(max_length=10, choices=Family.choices)
    definition = LineField(max_length=400, help_text=_("When does a pledge get this rating? Readers see this."))
    position = models.PositiveSmallIntegerField(
        unique=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Its place on the scale, from 1."),
    )

    objects = RatingManager()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=models.Q(family__in=Family.values), name="rating_family_is_known")
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def is_closed(self) -> bool:
        return Family(self.family).is_closed
