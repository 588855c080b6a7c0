"""What each filter asks of a public pledge."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Case, Q, Value, When

from pledges.dates import first_moment_of
from pledges.labels import UNRATED, Labels
from pledges.passages import label_term
from pledges.search_index import Asked, place_of

NO_DUE_DAY = date.max  # see PublicPledge.due_day
_INDEXED = frozenset({"rating", "family", "topic", "department", "promisor", "source"})  # see `actions.search_texts`


class Conditions:
    """The filters of one day, with the labels as they are today."""

    def __init__(self, labels: Labels, *, today: date) -> None:
        self.labels = labels
        self.today = today

    def of(self, name: str, value: str) -> Q:
        """Give the condition that a filter with a value means."""
        if name == "changed_since":
            return Q(changed_at__gte=first_moment_of(date.fromisoformat(value)))
        if name == "overdue":
            # SQLite uses an index of some rows only where the question repeats its condition.
            return Q(next_check_on__lt=self.today, next_check_on__isnull=False)
        return self.due[value] if name == "due" else self._of_label(name, value)

    def of_search(self, chosen: Mapping[str, str]) -> tuple[Asked, Q]:
        """Give what filters ask of search texts; and, as a condition, what of them no search text knows."""
        known = [label_term(name, self._indexed(name, value)) for name, value in chosen.items() if name in _INDEXED]
        since = chosen.get("changed_since")
        after = place_of(first_moment_of(date.fromisoformat(since)), 0) - 1 if since else None
        beside = Q()
        for name in chosen.keys() & {"due", "overdue"}:
            beside &= self.of(name, chosen[name])
        return Asked(known, after=after), beside

    def _indexed(self, name: str, value: str) -> object:
        return value if name in {"source", "family"} else self.labels.by_slug(name)[value].key

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
        is_open = ~Q(rating__in=[rating.key for rating in self.labels.of("rating") if rating.is_closed])
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
