"""Ratings, topics, departments and promisors as they are called today."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from pledges.models import Department, Family, Promisor, PublicSource, Rating, Topic
from pledges.models.grouping import Grouping
from pledges.questions import Question

_KEY = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
UNRATED = "unrated"  # the seventh state, beside the families: no verdict


@dataclass(frozen=True)
class Label:
    """One rating or grouping; `dimension` says which, `family` is that of a rating."""

    dimension: str
    key: int
    slug: str
    name: str
    family: str = ""

    @property
    def is_closed(self) -> bool:
        return bool(self.family) and Family(self.family).is_closed


class Labels:
    """All of them, read by one query when first asked for; of the documents pledges were made in, the one asked for."""

    def __init__(self, *, source: str = "") -> None:
        self._source = int(source) if _KEY.fullmatch(source) else None

    @cached_property
    def _all(self) -> list[Label]:
        rows = _question(self._source).rows()
        return [Label(dimension, key, slug, name, family) for dimension, _place, key, slug, name, family in rows]

    def of(self, dimension: str) -> list[Label]:
        """Give the labels of one dimension: ratings in the order of the scale, the others by name."""
        return [label for label in self._all if label.dimension == dimension]

    def by_key(self, dimension: str) -> dict[int, Label]:
        return {label.key: label for label in self.of(dimension)}

    def by_slug(self, dimension: str) -> dict[str, Label]:
        return {label.slug: label for label in self.of(dimension)}


GROUPINGS: dict[str, type[Grouping]] = {"topic": Topic, "department": Department, "promisor": Promisor}


def families() -> dict[str, str]:
    """Give what ratings can amount to, by value, with “not yet rated” last."""
    return {family.value: str(family.label) for family in Family} | {UNRATED: _("Not yet rated")}


@lru_cache(maxsize=64)
def _question(source: int | None) -> Question:
    groupings = [_rows(model, name) for name, model in GROUPINGS.items()]
    ratings = _rows(Rating, "rating", shown_family=F("family"), place=F("position"))
    if source:
        groupings.append(_source(source))
    return Question(ratings.union(*groupings, all=True).order_by("dimension", "place", "name"))


def _rows(model: type[Rating | Grouping], dimension: str, **columns: F) -> QuerySet[Any, Any]:
    shown = {"shown_family": Value(""), "place": Value(0), **columns}
    rows = model._default_manager.order_by().annotate(dimension=Value(dimension), **shown)
    return rows.values_list("dimension", "place", "pk", "slug", "name", "shown_family")


def _source(key: int) -> QuerySet[Any, Any]:
    source = PublicSource.objects.filter(pk=key).order_by()
    slug = Cast("pk", CharField())
    return source.values_list(Value("source"), Value(0), "pk", slug, "title", Value(""))
