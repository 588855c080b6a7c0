from typing import Any

from django.core.management.base import BaseCommand

from pledges.actions import public_pledges, ready_html


class Command(BaseCommand):
    help = "Make the tables that lists read again from the editions; publishing waits meanwhile."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done = 0
        for done, slug in enumerate(public_pledges.rebuild(), start=1):
            if done % 100 == 0:
                self.stdout.write(f"{done} pledges, last {slug}")
        for made, slug in enumerate(ready_html.rebuild(), start=1):
            if made % 100 == 0:
                self.stdout.write(f"{made} pages, last {slug}")
        self.stdout.write(f"{done} pledges rebuilt from their editions.")
