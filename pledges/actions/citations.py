"""Which sources readers see cited. A page shows today's archived copy of each, whichever edition it is made from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from pledges import content
from pledges.actions.expectations import current_content, current_editions
from pledges.content import PledgeContent
from pledges.models import Edition, Pledge, PublicCitation, Review, Source
from pledges.removal import is_removed


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
    return _digest((key, copies[key].archived_url) for key in keys if key in copies)


def altered_copies() -> Iterator[str]:
    """Name, in sentences, where an archived copy leads elsewhere than an editor whom the history knows had it lead.

    A copy is no part of an edition. What it was when a current edition was approved is known by a digest of all its
    copies, and each change since by the history of its source.
    """
    past = _past_copies()
    today = dict(Source.objects.order_by("pk").values_list("pk", "archived_url"))
    for key, copy in today.items():
        if key in past and past[key][-1].archived_url != copy:
            yield f"The archived copy of the source {key} was changed in the database."
    published = Review.objects.exclude(edition=None).exclude(copies_digest="")
    asked = {review.edition_id: review for review in published.only("edition", "copies_digest", "requested_at")}
    for edition in current_editions():
        review = asked.get(edition.pk)
        if review and not _were_approved(review, current_content(edition), past, today):
            yield f"The archived copies of {edition.pledge.slug} are not those that were approved, nor changed since."


class _Past(NamedTuple):
    key: int
    since: datetime
    archived_url: str


def _past_copies() -> dict[int, list[_Past]]:
    """Give what the history of each source says of its archived copy, oldest first; who was loaded has none."""
    past: dict[int, list[_Past]] = defaultdict(list)
    kept = Source.history.order_by("history_date", "history_id")
    for row in kept.values_list("id", "history_date", "archived_url").iterator():
        past[row[0]].append(_Past(*row))
    return past


def _were_approved(review: Review, cited: PledgeContent, past: dict[int, list[_Past]], today: dict[int, str]) -> bool:
    """Whether the copies were those that a review saw, as far as anybody can tell: what was redacted since, nobody can."""
    keys = sorted(source.key for source in cited.sources)
    copies = [(key, _copy_at(review.requested_at, past.get(key, []), today[key])) for key in keys if key in today]
    known = [(key, copy) for key, copy in copies if copy is not None and not is_removed(copy)]
    return len(known) < len(copies) or review.copies_digest == _digest(known)


def _copy_at(moment: datetime, past: list[_Past], today: str) -> str | None:
    """Give what a copy was at a moment; None if it was changed since it was loaded, as nobody knows from what."""
    return next((one.archived_url for one in reversed(past) if one.since <= moment), None if past else today)


def _digest(copies: Iterable[tuple[int, str]]) -> str:
    return content.digest(content.canonical([list(copy) for copy in copies]))


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
