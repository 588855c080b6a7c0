from django.db import transaction
from django.db.models import Q, QuerySet

from pledges import content
from pledges.actions import ready_html
from pledges.actions.journal import public_change
from pledges.compose import compose
from pledges.models import Pledge, PublicPledge, Source


@transaction.atomic
def settle(pledge: Pledge) -> Pledge:
    """Take in what was changed in a pledge's rows: a new version and the digest of what they now say."""
    latest = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    latest.version += 1
    latest.draft_digest = content.digest(content.write(compose(latest)))
    latest.save(update_fields=["version", "draft_digest"])
    return latest


def settle_citing(source: Source) -> int:
    """Take in a change of a source for every pledge that cites it; gives how many there are.

    Readers see its archived copy at once, so this tells the journal.
    """
    with public_change() as tags:
        found = [settle(pledge) for pledge in citing(source).order_by("pk")]
        public = PublicPledge.objects.filter(pledge__in=found)
        tags.update(f"pledge:{slug}" for slug in public.values_list("slug", flat=True))
        ready_html.make_later(public.values_list("pk", flat=True))
        return len(found)


def citing(source: Source) -> QuerySet[Pledge]:
    """Give the pledges whose working copy cites a source."""
    return Pledge.objects.filter(Q(made_in=source) | Q(evidence__sources=source)).distinct()


def is_cited_in_public(source: Source) -> bool:
    return citing(source).filter(editions__isnull=False).exists()


def has_unpublished_changes(pledge: Pledge) -> bool:
    """Whether the working copy says something else than the pledge's current edition."""
    current = pledge.editions.order_by("number").last()
    return current is None or current.content_digest != pledge.draft_digest
