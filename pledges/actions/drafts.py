from collections.abc import Iterator, Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from pledges import content
from pledges.actions import ready_html
from pledges.actions.journal import public_change
from pledges.compose import compose_all
from pledges.content import PledgeContent
from pledges.models import Edition, Evidence, Pledge, PublicPledge, Source

_BATCH = 200


def settle(pledge: Pledge) -> Pledge:
    """Take in what was changed in a pledge's rows: keep the digest of what they now say."""
    settle_all(Pledge.objects.filter(pk=pledge.pk))
    return Pledge.objects.get(pk=pledge.pk)


@transaction.atomic
def settle_all(pledges: QuerySet[Pledge]) -> int:
    """Do so for many, a batch at a time; gives how many there are.

    Nobody's history tells of it: whoever renames a label that pledges use has written nothing in them.
    """
    keys = list(pledges.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        batch = Pledge.objects.select_for_update(of=("self",)).filter(pk__in=keys[start : start + _BATCH])
        rows = list(batch.select_related("promisor", "made_in", "topic", "department").order_by("pk"))
        for row, digest in zip(rows, _digests_of(rows), strict=True):
            row.draft_digest = digest
        Pledge.objects.bulk_update(rows, ["draft_digest"])
    return len(keys)


def _digests_of(pledges: Sequence[Pledge]) -> Iterator[str]:
    current = _current_editions(pledges)
    for pledge, composed in zip(pledges, compose_all(pledges), strict=True):
        yield _digest_of(composed, current.get(pledge.pk))


def _current_editions(pledges: Sequence[Pledge]) -> dict[int, Edition]:
    later = Edition.objects.filter(pledge=OuterRef("pledge"), number__gt=OuterRef("number"))
    current = Edition.objects.filter(~Exists(later), pledge__in=[pledge.pk for pledge in pledges])
    return {edition.pledge_id: edition for edition in current.only("pledge", "content", "content_digest")}


def _digest_of(composed: PledgeContent, current: Edition | None) -> str:
    """Give the digest of what the rows say: the current edition's if they say the same, whatever the schema of its bytes."""
    if current and current.content is not None and content.read(bytes(current.content)) == composed:
        return str(current.content_digest)
    return content.digest(content.write(composed))


def settle_citing(source: Source) -> int:
    """Take in a change of a source for every pledge whose working copy cites it; gives how many there are.

    Readers of a public edition that cites it see its archived copy at once, so this tells the journal.
    """
    with public_change() as tags:
        public = PublicPledge.objects.filter(pledge__public_citations__source=source)
        tags.update(f"pledge:{slug}" for slug in public.values_list("slug", flat=True))
        ready_html.make_later(public.values_list("pk", flat=True))
        return settle_all(citing(source))


def citing(source: Source) -> QuerySet[Pledge]:
    """Give the pledges whose working copy cites a source."""
    # By keys: an OR of two joins would read the whole site's citations, under the lock that publishers wait for.
    cited = Evidence.sources.through.objects.filter(source=source).values("evidence__pledge")
    return Pledge.objects.filter(Q(made_in=source) | Q(pk__in=cited))


def is_cited_in_public(source: Source) -> bool:
    return source.public_citations.exists()


def is_cited(source: Source) -> bool:
    """Whether a working copy or a public edition cites a source."""
    return citing(source).exists() or is_cited_in_public(source)


def has_unpublished_changes(pledge: Pledge) -> bool:
    """Whether the working copy says something else than the pledge's current edition."""
    current = pledge.editions.order_by("number").last()
    return current is None or current.content_digest != pledge.draft_digest
