"""What commands say, and tell a cache, of pages that have to go."""

from collections.abc import Sequence

from django.conf import settings
from django.core.management.base import BaseCommand

from pledges import purging
from pledges.models import PublicPledge


def tell_caches(command: BaseCommand, addresses: Sequence[str], tags: Sequence[str]) -> str:
    """List addresses for whoever has a cache, and ask that at PURGE_URL to drop them; gives a sentence if that did not work."""
    command.stdout.write("Caches before this site may still hold these addresses:")
    for address in addresses:
        command.stdout.write(address)
    if not settings.PURGE_URL:
        return ""
    problem = purging.purge(addresses, tags)
    if not problem:
        command.stdout.write("The cache at PURGE_URL was told.")
    return problem


def tell_caches_of(command: BaseCommand, public: PublicPledge) -> str:
    """Do so for all that ever showed something of a pledge; the sentence says how to try again."""
    problem = tell_caches(command, purging.all_addresses_of(public), purging.tags_of(public))
    return f"{problem}. Try again with: manage.py purge_addresses {public.slug}" if problem else ""
