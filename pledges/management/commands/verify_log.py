import time
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from pledges import log, ready_html
from pledges.actions import editions, public_pledges
from pledges.guards import missing_guards
from pledges.models import Edition, Editor
from pledges.one_state import one_state

_STEP = 5_000


class Command(BaseCommand):
    checked = 0
    help = "Check that the log is unbroken, that what readers see is what was published, and that the guards stand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="name every problem instead of stopping at the first")

    def handle(self, *_args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            with one_state():
                self._verify(every_problem=options["all"])
                last = Edition.objects.order_by("sequence").last()
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}") from error
        except log.UNREADABLE as error:
            raise CommandError(f"A row cannot be read ({error}), after entry {self.checked:,} was checked.") from error
        head = f"head {last.hash}" if last else "nothing published yet"
        self.stdout.write(f"{last.sequence if last else 0:,} entries, unbroken, {head}.")
        self.stderr.write(f"Checked in {time.perf_counter() - started:.2f} seconds.")

    def _verify(self, *, every_problem: bool) -> None:
        found = 0
        for problem in self._problems():
            if not every_problem:
                raise CommandError(problem)
            found += 1
            self.stderr.write(problem)
        if found:
            raise CommandError(f"{found} problems were found.")

    def _problems(self) -> Iterator[str]:
        yield from (f"The guard {name} is missing, switched off or altered." for name in missing_guards(connection))
        yield from map(str, log.verify(self._editions(), dict(Editor.objects.values_list("pk", "handle"))))
        yield from (f"Entry {sequence}: no review approved it." for sequence in editions.unapproved())
        yield from public_pledges.differences()
        yield from public_pledges.miscounted()
        yield from ready_html.altered()
        yield from public_pledges.altered_verdicts()
        yield from public_pledges.altered_ratings()
        yield from public_pledges.astray_addresses()

    def _editions(self) -> Iterator[Edition]:
        for edition in Edition.objects.order_by("sequence").iterator(chunk_size=500):
            yield edition
            self.checked += 1
            if self.checked % _STEP == 0:
                self.stderr.write(f"{self.checked:,} entries checked")
