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

    In a search, `marked` is the headline in pieces, and the snippet is from elsewhere on the page, or from a name of a label.
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
            **(_found(pledge, labels, searched) if searched else {}),
        )
        for pledge in pledges
    ]


def _found(pledge: PublicPledge, labels: Labels, searched: Sequence[Phrase]) -> dict[str, Any]:
    text = pledge.search_text
    marked = mark(pledge.headline, searched)
    within = snippet(read_passages(text.passages), text.tokens, searched)
    return {
        "marked": marked,
        "snippet": within or (None if _has_found(marked) else _in_a_name(pledge, labels, searched)),
    }


def _in_a_name(pledge: PublicPledge, labels: Labels, searched: Sequence[Phrase]) -> Snippet | None:
    """Give the name that was found of what the pledge is grouped by or rated, where no text of it was."""
    for name in ("department", "topic", "promisor", "rating"):
        label = labels.by_key(name).get(getattr(pledge, f"{name}_id"))
        pieces = mark(label.name, searched) if label else ()
        if _has_found(pieces):
            return Snippet(name, pieces)
    return None


def _has_found(pieces: Iterable[Piece]) -> bool:
    return any(piece.is_found for piece in pieces)
