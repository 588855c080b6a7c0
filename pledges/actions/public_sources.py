"""The documents that public pledges were made in, as the last edition of such a pledge calls each."""

from collections.abc import Iterator

from django.db.models import Count, Max

from pledges.content import read
from pledges.models import Edition, PublicPledge, PublicSource


def recount(keys: set[int]) -> None:
    """Write some of them anew, by the keys of the sources."""
    expected = _expected(keys)
    PublicSource.objects.filter(pk__in=keys - expected.keys()).delete()
    for key, (title, pledges) in expected.items():
        PublicSource.objects.update_or_create(source_id=key, defaults={"title": title, "pledges": pledges})


def create() -> None:
    """Write all of them, of which there are none yet."""
    expected = _expected().items()
    PublicSource.objects.bulk_create(
        PublicSource(source_id=key, title=title, pledges=pledges) for key, (title, pledges) in expected
    )


def miscounted() -> Iterator[str]:
    """Name, in sentences, where they differ from what the public pledges were made in."""
    stored = {source.pk: (source.title, source.pledges) for source in PublicSource.objects.all()}
    if stored != _expected():
        yield "The documents that pledges were made in differ from the editions: rebuild_public makes them again."


def _expected(keys: set[int] | None = None) -> dict[int, tuple[str, int]]:
    made = PublicPledge.objects.in_public().order_by()
    if keys is not None:
        made = made.filter(made_in__in=keys)
    counted = made.values("made_in").annotate(last=Max("edition"), pledges=Count("*"))
    last_editions = Edition.objects.filter(pk__in=counted.values("last")).only("content")
    titles = {edition.pk: _title(edition) for edition in last_editions.iterator()}
    rows = counted.values_list("made_in", "last", "pledges")
    return {key: (titles[last], pledges) for key, last, pledges in rows}


def _title(edition: Edition) -> str:
    assert edition.content is not None
    return read(bytes(edition.content)).made_in.title
