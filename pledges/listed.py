"""A pledge as lists show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from pledges.labels import Label, Labels
from pledges.models import PublicPledge
from pledges.passages import Phrase, read_passages
from pledges.snippets import Piece, Snippet, mark, snippet


@dataclass(frozen=True)
class ListedPledge:
    """One line of a list; `rating` is None when not yet rated.

    In a search, `marked` is the headline in pieces, and the snippet is from elsewhere on the page.
    """

    slug: str
    headline: str
    promisor: Label
    topic: Label
    rating: Label | None
    made_on: str
    due_on: str
    is_check_overdue: bool
    due_day: date
    marked: tuple[Piece, ...] = ()
    snippet: Snippet | None = None


def listed(
    pledges: Iterable[PublicPledge], labels: Labels, *, today: date, searched: Sequence[Phrase] = ()
) -> list[ListedPledge]:
    """Give pledges as lists show them, labelled as of today; `searched` marks what was found, by the search texts."""
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
            due_day=pledge.due_day,
            **(_found(pledge, searched) if searched else {}),
        )
        for pledge in pledges
    ]


def _found(pledge: PublicPledge, searched: Sequence[Phrase]) -> dict[str, Any]:
    text = pledge.search_text
    return {
        "marked": mark(pledge.headline, searched),
        "snippet": snippet(read_passages(text.passages), text.tokens, searched),
    }
