from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pledges.management.caches import tell_caches_of
from pledges.models import PublicPledge


class Command(BaseCommand):
    help = "Print every address under which a cache may hold something of a pledge, and ask the one at PURGE_URL to drop them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the last part of the pledge's address, or of one that it once had")

    def handle(self, *_args: Any, **options: Any) -> None:
        slug = options["slug"]
        found = PublicPledge.objects.select_related("pledge", "edition", "topic", "department", "promisor")
        public = found.filter(slug=slug).first() or found.filter(pledge__retired_slugs__slug=slug).first()
        if public is None:
            raise CommandError(f"No pledge was ever published at the address “{slug}”.")
        if problem := tell_caches_of(self, public):
            raise CommandError(problem)
