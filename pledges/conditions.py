"""What each filter asks of a public pledge."""

from datetime import date

from django.db.models import Case, Q, Value, When

from pledges.dates import first_moment_of
from pledges.labels import UNRATED, Labels
from pledges.search import Query, matching

NO_DUE_DAY = date.max  # see PublicPledge.due_day


class Conditions:
    """The filters of one day, with the labels as they are today."""

    def __init__(self, labels: Labels, *, today: date) -> None:
        self.labels = labels
        self.today = today

    def of(self, name: str, value: str) -> Q:
        """Give the condition that a filter with a value means."""
        if name == "q":
            return matching(Query.parse(value))
        if name == "changed_since":
            return Q(changed_at__gte=first_moment_of(date.fromisoformat(value)))
        if name == "overdue":
            # SQLite uses an index of some rows only where the question repeats its condition.
            return Q(next_check_on__lt=self.today, next_check_on__isnull=False)
        return self.due[value] if name == "due" else self._of_label(name, value)

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
