"""What each filter asks of a public pledge: of the lists, and the same of the search texts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from django.db.models import Case, Q, Value, When
from django.utils.functional import cached_property

from pledges.dates import first_moment_of
from pledges.labels import GROUPINGS, UNRATED, Labels
from pledges.passages import ANY_DAY, Phrase, label_term, terms_since
from pledges.search_index import AnyOf, Asked, place_of
from pledges.words import tokens

NO_DUE_DAY = date.max  # see PublicPledge.due_day
NO_RATING = "none"  # no pledge stands at it


class Conditions:
    """The filters of one day, with the labels as they are today."""

    def __init__(self, labels: Labels, *, today: date) -> None:
        self.labels = labels
        self.today = today

    def of(self, name: str, value: str) -> Q:
        """Give the condition that a filter with a value means."""
        if name == "changed_since":
            return Q(changed_at__gte=first_moment_of(date.fromisoformat(value)))
        if name == "due_by":
            return Q(due_day__lt=_after_year(value))
        if name == "overdue":
            # SQLite uses an index of some rows only where the question repeats its condition.
            return Q(next_check_on__lt=self.today, next_check_on__isnull=False)
        return self.due[value] if name == "due" else self._of_label(name, value)

    def of_search(self, chosen: Mapping[str, str]) -> Asked:
        """Give what the filters ask of search texts, which `actions.search_texts` gave these terms."""
        since = chosen.get("changed_since")
        return Asked(
            wanted=[any_of for name, value in chosen.items() for any_of in self._wanted(name, value)],
            unwanted=[[any_of] for name, value in chosen.items() for any_of in self._unwanted(name, value)],
            after=place_of(first_moment_of(date.fromisoformat(since)), 0) - 1 if since else None,
        )

    def _wanted(self, name: str, value: str) -> Iterator[AnyOf]:
        if name in GROUPINGS or name == "rating":
            yield (label_term(name, self.labels.by_slug(name)[value].key),)
        elif name == "source":
            yield (label_term(name, value),)
        elif name == "family":
            yield tuple(label_term("rating", key) for key in self._ratings_of(value))
        elif value == "ahead":
            yield terms_since("due", self.today)
        elif name in {"due", "due_by", "overdue"}:
            yield (label_term("check" if name == "overdue" else "due", ANY_DAY),)

    def _unwanted(self, name: str, value: str) -> Iterator[AnyOf]:
        if name == "due_by":
            yield terms_since("due", _after_year(value))
        elif name == "overdue":
            yield terms_since("check", self.today)
        elif name == "due":
            yield tuple(label_term("rating", key) for key in self._closed) or (label_term("rating", NO_RATING),)
            if value == "passed":
                yield terms_since("due", self.today)

    @cached_property
    def names(self) -> dict[Phrase, list[str]]:
        """The words of labels, and every two that stand in a row there: by the terms of the labels that have them."""
        found: dict[Phrase, list[str]] = defaultdict(list)
        for label in (label for dimension in (*GROUPINGS, "rating") for label in self.labels.of(dimension)):
            said = tokens(label.name)
            for phrase in dict.fromkeys([*zip(said, strict=False), *pairwise(said)]):
                found[phrase].append(label_term(label.dimension, label.key))
        return dict(found)

    @property
    def _closed(self) -> list[int]:
        return [rating.key for rating in self.labels.of("rating") if rating.is_closed]

    def _ratings_of(self, family: str) -> list[int | str]:
        if family == UNRATED:
            return [UNRATED]
        return [rating.key for rating in self.labels.of("rating") if rating.family == family] or [NO_RATING]

    def _of_label(self, name: str, value: str) -> Q:
        if name == "source":
            return Q(made_in=int(value))
        if name != "family":
            return Q(**{name: self.labels.by_slug(name)[value].key})
        keys = [rating.key for rating in self.labels.of("rating") if rating.family == value]
        return Q(rating=None) if value == UNRATED else Q(rating__in=keys)

    @property
    def due(self) -> dict[str, Q]:
        """Of pledges that are not settled: whether the date they were promised for is over or ahead."""
        is_open = ~Q(rating__in=self._closed)
        return {
            "passed": Q(due_day__lt=self.today) & is_open,
            "ahead": Q(due_day__gte=self.today, due_day__lt=NO_DUE_DAY) & is_open,
        }

    @property
    def kind_of_due(self) -> Case:
        return Case(*(When(condition, then=Value(value)) for value, condition in self.due.items()), default=Value(""))

    @property
    def kind_of_overdue(self) -> Case:
        return Case(When(self.of("overdue", "1"), then=Value("1")), default=Value(""))


def _after_year(year: str) -> date:
    return date(int(year) + 1, 1, 1)
