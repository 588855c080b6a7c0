"""Parts of a pledge page that are the same from one edition to the next, as HTML that was made when it came out.

What is stored is shown only if it was made by this release, of this edition, at this address and of what the sources are today, and
nobody has changed it in the database since: a stamp with the site's key says so. Otherwise the parts are made again.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from pledges.fingerprint import fingerprint
from pledges.models import PublicPledge, ReadyHtml, Source

_MADE_OF = ("pledges/**/*.py", "templates/**/*.html")


@cache
def recipe() -> str:
    """Give a name for all that makes HTML of a content, and for what a page says of the site."""
    base = Path(settings.BASE_DIR)
    return fingerprint((file for pattern in _MADE_OF for file in base.glob(pattern)), base=base)


def parts_of(public: PublicPledge, sources: dict[int, Source]) -> dict[str, str]:
    """Give the parts that may be shown, by name; needs the row joined."""
    row: ReadyHtml | None = getattr(public, "ready_html", None)
    if row is None or settings.DEBUG or (row.edition, row.release) != (public.edition_id, recipe()):
        return {}
    if row.sources != _facts(public, sources.values()) or not _is_ours(row):
        return {}
    parts: dict[str, str] = json.loads(row.parts)
    return parts


def make_row(public: PublicPledge, sources: dict[int, Source], parts: dict[str, str]) -> ReadyHtml:
    row = ReadyHtml(
        pledge=public,
        edition=public.edition_id,
        release=recipe(),
        sources=_facts(public, sources.values()),
        parts=json.dumps(parts),
    )
    row.stamp = _stamp(row)
    return row


def is_due(row: ReadyHtml, sources: Iterable[int]) -> bool:
    """Whether what was made of an edition is still what its page shows, and may be stored; to be asked in turn."""
    public = PublicPledge.objects.in_public().filter(pk=row.pledge_id, edition=row.edition).first()
    return public is not None and row.sources == _facts(public, Source.objects.filter(pk__in=sources))


def altered() -> Iterator[str]:
    """Name, in sentences, the parts that this site did not make."""
    for row in ReadyHtml.objects.select_related("pledge").iterator(chunk_size=200):
        if not _is_ours(row):
            yield f"The ready HTML of {row.pledge.slug} is not what was made: rebuild_public makes it again."


def _facts(public: PublicPledge, sources: Iterable[Source]) -> str:
    """Sum up what the parts say that no edition does: where the pledge is, and what its sources are today."""
    facts = sorted((source.pk, source.archived_url, source.link_state) for source in sources)
    return hashlib.sha256(json.dumps([public.slug, facts]).encode()).hexdigest()


def _is_ours(row: ReadyHtml) -> bool:
    return constant_time_compare(row.stamp, _stamp(row))


def _stamp(row: ReadyHtml) -> str:
    said = json.dumps([row.pledge_id, row.edition, row.release, row.sources, row.parts])
    return salted_hmac("pledges.ready_html", said, algorithm="sha256").hexdigest()
