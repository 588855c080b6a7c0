import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from pledges import log
from pledges.actions import editions, public_pledges
from pledges.guards import missing_guards
from pledges.models import Edition, Editor
from pledges.one_state import one_state

_STEP = 5_000


class Command(BaseCommand):
    help = "Check that the log is unbroken, that what readers see is what was published, and that the guards stand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="name every problem instead of stopping at the first")

    def handle(self, *_args: Any, **options: Any) -> None:
        started = time.perf_counter()
        found = 0
        with one_state():
            for problem in self._problems():
                if not options["all"]:
                    raise CommandError(problem)
                found += 1
                self.stderr.write(problem)
            if found:
                raise CommandError(f"{found} problems were found.")
            last = Edition.objects.order_by("sequence").last()
        head = f"head {last.hash}" if last else "nothing published yet"
        self.stdout.write(f"{last.sequence if last else 0:,} entries, unbroken, {head}.")
        self.stderr.write(f"Checked in {time.perf_counter() - started:.2f} seconds.")

    def _problems(self) -> Iterator[str]:
        yield from map(str, log.verify(self._editions(), dict(Editor.objects.values_list("pk", "handle"))))
        yield from (f"Entry {sequence}: no review approved it." for sequence in editions.unapproved())
        yield from public_pledges.differences()
        yield from public_pledges.altered_verdicts()
        yield from (f"The guard {name} is missing, switched off or altered." for name in missing_guards(connection))

    def _editions(self) -> Iterator[Edition]:
        for done, edition in enumerate(Edition.objects.order_by("sequence").iterator(chunk_size=500), start=1):
            yield edition
            if done % _STEP == 0:
                self.stderr.write(f"{done:,} entries checked")
