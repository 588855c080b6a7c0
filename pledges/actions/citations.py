"""Which sources readers see cited. A page shows today's archived copy of each, whichever edition it is made from."""

from collections.abc import Iterator

from pledges import content
from pledges.content import PledgeContent
from pledges.models import Edition, Pledge, PublicCitation, Source


def refresh(pledge: Pledge) -> None:
    """Write anew what a pledge's editions cite."""
    PublicCitation.objects.filter(pledge=pledge).delete()
    PublicCitation.objects.bulk_create(_rows(_cited(pledge=pledge)))


def rebuild() -> None:
    """Write anew what all editions cite."""
    PublicCitation.objects.all().delete()
    PublicCitation.objects.bulk_create(_rows(_cited()), batch_size=500)


def differences() -> Iterator[str]:
    """Name, in sentences, where the stored citations differ from the editions."""
    stored = set(PublicCitation.objects.values_list("pledge_id", "source_id"))
    for pledge_id, source_id in sorted(stored ^ _cited()):
        yield f"Whether the pledge {pledge_id} cites the source {source_id} in public is stored wrongly."


def digest_of_copies(cited: PledgeContent) -> str:
    """Give a digest of where the archived copies of all cited sources lead today."""
    keys = sorted(source.key for source in cited.sources)
    copies = Source.objects.only("archived_url").in_bulk(keys)
    return content.digest(content.canonical([[key, copies[key].archived_url] for key in keys if key in copies]))


def _cited(**only: Pledge) -> set[tuple[int, int]]:
    """Give each pledge with each source that an edition of it cites; what was redacted cites nothing any more."""
    editions = Edition.objects.filter(content__isnull=False, **only).order_by().values_list("pledge_id", "content")
    cited: set[tuple[int, int]] = set()
    for pledge_id, stored in editions.iterator(chunk_size=500):
        assert stored is not None
        cited.update((pledge_id, source.key) for source in content.read(bytes(stored)).sources)
    return cited


def _rows(cited: set[tuple[int, int]]) -> list[PublicCitation]:
    known = Source.objects.only("pk").in_bulk({source_id for _, source_id in cited})
    return [PublicCitation(pledge_id=pledge, source_id=source) for pledge, source in sorted(cited) if source in known]
