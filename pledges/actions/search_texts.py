from collections.abc import Iterable, Iterator
from typing import Any

from pledges.conditions import NO_DUE_DAY
from pledges.content import PledgeContent
from pledges.labels import UNRATED
from pledges.models import PublicPledge, SearchText
from pledges.passages import day_terms, label_term, passages, running_text, term_text, tokens_of, write_passages
from pledges.search_index import MOST_KEYS, place_of, place_terms


def columns(public: PublicPledge, content: PledgeContent) -> dict[str, Any]:
    """Give what search knows of a pledge with this content."""
    found = passages(content)
    of_texts = tokens_of(found)
    assert public.pk < MOST_KEYS, "A place tells the key of its pledge."
    place = place_of(public.changed_at, public.pk)
    return {
        "place": place,
        "terms": term_text(found, of_texts, [*_labels(public), *place_terms(place)]),
        "tokens": running_text(of_texts),
        "passages": write_passages(found),
    }


def _labels(public: PublicPledge) -> Iterator[str]:
    """Give the terms of all that lists are narrowed by, as the read model has it."""
    yield label_term("topic", public.topic_id)
    yield label_term("department", public.department_id)
    yield label_term("promisor", public.promisor_id)
    yield label_term("source", public.made_in_id)
    yield label_term("rating", public.rating_id or UNRATED)
    if public.due_day != NO_DUE_DAY:
        yield from day_terms("due", public.due_day)
    if public.next_check_on:
        yield from day_terms("check", public.next_check_on)


def refresh(public: PublicPledge, content: PledgeContent) -> None:
    """Write the search text of a pledge anew; a withdrawn one has none."""
    SearchText.objects.filter(pledge=public).delete()
    create([(public, content)])


def create(found: Iterable[tuple[PublicPledge, PledgeContent]]) -> None:
    """Write the search texts of pledges that have none yet."""
    SearchText.objects.bulk_create(
        SearchText(pledge=public, **columns(public, content)) for public, content in found if not public.withdrawn_at
    )


def difference(public: PublicPledge, content: PledgeContent, found: SearchText | None) -> Iterator[str]:
    """Say, in a sentence, that search knows something else of a pledge than its last edition says."""
    expected = None if public.withdrawn_at else columns(public, content)
    stored = {name: getattr(found, name) for name in expected or ()} if found else None
    if stored != expected:
        yield f"Search knows something else of {public.slug} than its last edition: rebuild_public makes it again."
