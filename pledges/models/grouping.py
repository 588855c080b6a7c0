"""What a pledge is grouped by: who promised, what it is about, which body must deliver."""

from typing import Generic, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from pledges.models.fields import LineField, PartialDateField

GroupingType = TypeVar("GroupingType", bound="Grouping")


class GroupingManager(models.Manager[GroupingType], Generic[GroupingType]):
    def get_by_natural_key(self, slug: str) -> GroupingType:
        return self.get(slug=slug)


class Grouping(models.Model):
    name = LineField(max_length=120, unique=True)
    slug = models.SlugField(max_length=120, unique=True)

    class Meta:
        abstract = True
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class Topic(Grouping):
    """What a pledge is about."""

    description = LineField(max_length=400, blank=True)

    objects = GroupingManager["Topic"]()


class Department(Grouping):
    """The public body that has to carry a pledge out."""

    objects = GroupingManager["Department"]()


class Promisor(Grouping):
    """The party, government or office-holder who promised."""

    class Kind(models.TextChoices):
        PARTY = "party", _("Party")
        GOVERNMENT = "government", _("Government")
        OFFICE_HOLDER = "office-holder", _("Office-holder")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    in_office_from = PartialDateField(blank=True, help_text=_("Since when in office? Leave empty if not."))
    in_office_until = PartialDateField(blank=True, help_text=_("Until when? Leave empty while in office."))

    objects = GroupingManager["Promisor"]()
