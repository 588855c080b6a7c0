from collections.abc import Iterable, Iterator
from typing import Any

from pledges.content import PledgeContent
from pledges.models import PublicPledge, SearchText
from pledges.passages import index_text, passages, write_passages


def columns(content: PledgeContent) -> dict[str, Any]:
    """Give what search knows of a pledge with this content."""
    found = passages(content)
    return {"tokens": index_text(found), "passages": write_passages(found)}


def refresh(public: PublicPledge, content: PledgeContent) -> None:
    """Write the search text of a pledge anew; a withdrawn one has none."""
    if public.withdrawn_at:
        SearchText.objects.filter(pledge=public).delete()
    else:
        SearchText.objects.update_or_create(pledge=public, defaults=columns(content))


def create(found: Iterable[tuple[PublicPledge, PledgeContent]]) -> None:
    """Write the search texts of pledges that have none yet."""
    SearchText.objects.bulk_create(
        SearchText(pledge=public, **columns(content)) for public, content in found if not public.withdrawn_at
    )


def difference(public: PublicPledge, content: PledgeContent, found: SearchText | None) -> Iterator[str]:
    """Say, in a sentence, that search knows something else of a pledge than its last edition says."""
    expected = None if public.withdrawn_at else columns(content)
    stored = {"tokens": found.tokens, "passages": found.passages} if found else None
    if stored != expected:
        yield f"Search knows something else of {public.slug} than its last edition: rebuild_public makes it again."
