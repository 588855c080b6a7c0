from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone

from pledges.models import Generation, Journal


@contextmanager
def public_change() -> Iterator[set[str]]:
    """One change that readers can see; the caller adds the tags of what it touches.

    Takes the site-wide lock first, so whatever the block reads is the latest, and numbers
    in the journal are in the order of commit. What touches nothing takes no number.
    """
    with transaction.atomic():
        generation = Generation.objects.select_for_update().get()
        tags: set[str] = set()
        yield tags
        if tags:
            generation.number += 1
            generation.save()
            Journal.objects.create(
                number=generation.number, tags="".join(f"{tag}\n" for tag in sorted(tags)), written_at=timezone.now()
            )
