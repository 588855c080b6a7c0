import logging
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from pledges import last_purge
from pledges.models import Generation, Journal

PURGE = "purge:"  # how the tags begin of what no reader may ever see again
logger = logging.getLogger(__name__)


@contextmanager
def in_turn() -> Iterator[Generation]:
    """Take the site-wide lock, to the end of the transaction, and give the row that is locked.

    Whoever writes rows of the record takes it before any other lock: two that lock rows in different
    orders would wait for each other for ever.
    """
    with transaction.atomic():
        yield Generation.objects.select_for_update().get()


@contextmanager
def public_change() -> Iterator[set[str]]:
    """One change that readers can see; the caller adds the tags of what it touches.

    Takes the site-wide lock first, so whatever the block reads is the latest, and numbers
    in the journal are in the order of commit. What touches nothing takes no number.
    """
    with in_turn() as generation:
        tags: set[str] = set()
        yield tags
        if tags:
            generation.number += 1
            generation.save()
            Journal.objects.create(
                number=generation.number, tags="".join(f"{tag}\n" for tag in sorted(tags)), written_at=timezone.now()
            )
            if any(tag.startswith(PURGE) for tag in tags):
                transaction.on_commit(partial(_purge_last_pages, generation.number))


def _purge_last_pages(number: int) -> None:
    if not last_purge.write(settings.LAST_PAGES_ROOT, number):
        logger.error("The last good pages in LAST_PAGES_ROOT could not be taken away: empty that folder.")


def forget_old_news(tag: str) -> None:
    """Delete the rows that say no more than this, as far back as no cache reads: something may change every few minutes.

    To be called within `public_change()` only. Rows that name pledges stay: `verify_log` looks addresses up in them.
    """
    last = Generation.objects.get().number
    Journal.objects.filter(number__lte=last - Journal.MOST_READ, tags=f"{tag}\n").delete()
