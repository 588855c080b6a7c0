"""A pledge as lists show it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pledges.labels import Label, Labels
from pledges.models import PublicPledge


@dataclass(frozen=True)
class ListedPledge:
    """One line of a list; `rating` is None when not yet rated."""

    slug: str
    headline: str
    promisor: Label
    topic: Label
    rating: Label | None
    made_on: str
    due_on: str
    is_check_overdue: bool


def listed(pledges: Iterable[PublicPledge], labels: Labels, *, today: date) -> list[ListedPledge]:
    """Give pledges as lists show them, labelled as of today."""
    ratings, topics, promisors = (labels.by_key(name) for name in ("rating", "topic", "promisor"))
    return [
        ListedPledge(
            slug=pledge.slug,
            headline=pledge.headline,
            promisor=promisors[pledge.promisor_id],
            topic=topics[pledge.topic_id],
            rating=ratings[pledge.rating_id] if pledge.rating_id else None,
            made_on=pledge.made_on,
            due_on=pledge.due_on,
            is_check_overdue=pledge.next_check_on is not None and pledge.next_check_on < today,
        )
        for pledge in pledges
    ]
