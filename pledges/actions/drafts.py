from django.db import transaction
from django.db.models import Q

from pledges import content
from pledges.compose import compose
from pledges.models import Pledge, Source


@transaction.atomic
def settle(pledge: Pledge) -> Pledge:
    """Take in what was changed in a pledge's rows: a new version and the digest of what they now say."""
    latest = (
        Pledge.objects.select_for_update(of=("self",))
        .select_related("promisor", "made_in", "topic", "department")
        .get(pk=pledge.pk)
    )
    latest.version += 1
    latest.draft_digest = content.digest(content.write(compose(latest)))
    latest.save(update_fields=["version", "draft_digest"])
    return latest


@transaction.atomic
def settle_citing(source: Source) -> int:
    """Take in a change of a source for every pledge that cites it; gives how many there are."""
    citing = Pledge.objects.filter(Q(made_in=source) | Q(evidence__sources=source)).distinct()
    return len([settle(pledge) for pledge in citing.order_by("pk")])


def has_unpublished_changes(pledge: Pledge) -> bool:
    """Whether the working copy says something else than the pledge's current edition."""
    current = pledge.editions.order_by("number").last()
    return current is None or current.content_digest != pledge.draft_digest
