from django.db import transaction
from django.db.models import Q, QuerySet

from pledges import content
from pledges.actions.journal import public_change
from pledges.compose import compose
from pledges.models import Pledge, PublicPledge, Source


@transaction.atomic
def settle(pledge: Pledge) -> Pledge:
    """Take in what was changed in a pledge's rows: a new version and the digest of what they now say."""
    latest = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    latest.version += 1
    latest.draft_digest = _digest_of(latest)
    latest.save(update_fields=["version", "draft_digest"])
    return latest


def _digest_of(pledge: Pledge) -> str:
    """Give the digest of what the rows say: the current edition's if they say the same, whatever the schema of its bytes."""
    composed = compose(pledge)
    current = pledge.editions.order_by("number").last()
    if current and current.content is not None and content.read(bytes(current.content)) == composed:
        return str(current.content_digest)
    return content.digest(content.write(composed))


def settle_citing(source: Source) -> int:
    """Take in a change of a source for every pledge whose working copy cites it; gives how many there are.

    Readers of a public edition that cites it see its archived copy at once, so this tells the journal.
    """
    with public_change() as tags:
        found = [settle(pledge) for pledge in citing(source).order_by("pk")]
        public = PublicPledge.objects.filter(pledge__public_citations__source=source)
        tags.update(f"pledge:{slug}" for slug in public.values_list("slug", flat=True))
        return len(found)


def citing(source: Source) -> QuerySet[Pledge]:
    """Give the pledges whose working copy cites a source."""
    return Pledge.objects.filter(Q(made_in=source) | Q(evidence__sources=source)).distinct()


def is_cited_in_public(source: Source) -> bool:
    return source.public_citations.exists()


def is_cited(source: Source) -> bool:
    """Whether a working copy or a public edition cites a source."""
    return citing(source).exists() or is_cited_in_public(source)


def has_unpublished_changes(pledge: Pledge) -> bool:
    """Whether the working copy says something else than the pledge's current edition."""
    current = pledge.editions.order_by("number").last()
    return current is None or current.content_digest != pledge.draft_digest
