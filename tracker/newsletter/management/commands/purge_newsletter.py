from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tracker.newsletter.actions import retention


class Command(BaseCommand):
    help = (
        "Delete what the newsletter no longer needs: what nobody confirmed within 72 hours, the addresses of those who "
        "left, old notes of who was sent what. Run it every hour; it can be stopped and repeated at any time."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        deleted: Counter[str] = Counter()
        for what, count in retention.purge(now=timezone.now()):
            deleted[str(what)] += count
            self.stdout.write(f"{deleted[str(what)]:,} deleted so far: {what}")
        self.stdout.write(f"Done: {deleted.total():,} rows deleted or emptied.")
