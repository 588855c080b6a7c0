import heapq
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection

from pledges import log, log_checks, ready_html
from pledges.actions import citations, editions, public_pictures, public_pledges, verifications
from pledges.guards import missing_guards
from pledges.log import Problem
from pledges.models import Checkpoint, Edition, Editor
from pledges.one_state import one_state
from pledges.search_index import index_faults
from pledges.verifier import Chain, Kept, UnknownError, differences, read_checkpoint, read_file

_STEP = 5_000


class Command(BaseCommand):
    chain = Chain()
    help = "Check that the log is unbroken, that what readers see is what was published, and that the guards stand."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="name every problem instead of stopping at the first")
        parser.add_argument(
            "--checkpoint", type=Path, metavar="FILE", help="a checkpoint that you kept, to compare with"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        started = time.perf_counter()
        try:
            kept = _kept(options["checkpoint"])
            with one_state():
                problems = self._find(kept, every_problem=options["all"])
            problems += self._index_faults(every_problem=options["all"])
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}") from error
        self._record(problems)
        if problems:
            raise CommandError(f"{len(problems)} problems were found." if options["all"] else str(problems[0]))
        head = f"head {self.chain.head}" if self.chain.size else "nothing published yet"
        self.stdout.write(f"{self.chain.size:,} entries, unbroken, {head}.")
        self.stdout.write(f"Checked in {time.perf_counter() - started:.2f} seconds.")

    def _find(self, kept: list[Kept], *, every_problem: bool) -> list[Problem]:
        """Give the first problem, or say every one and give them all."""
        known = [*kept, *_signed()]
        self.chain = Chain(one.size for one in known)
        found: list[Problem] = []
        try:
            for problem in self._problems(known):
                found.append(problem)
                if not every_problem:
                    break
                self.stderr.write(str(problem))
        except log.UNREADABLE as error:
            after = f"after entry {self.chain.size:,} was checked"
            found.append(Problem(None, f"A row cannot be read ({error}), {after}."))
        return found

    def _index_faults(self, *, every_problem: bool) -> list[Problem]:
        faults = [Problem(None, sentence) for sentence in index_faults(connection)]
        for fault in faults if every_problem else ():
            self.stderr.write(str(fault))
        return faults

    def _problems(self, known: list[Kept]) -> Iterator[Problem]:
        # What is wrong with an entry comes first, in order: readers are told from where on not to rely on the log.
        yield from heapq.merge(self._broken(), _unapproved(), key=lambda problem: problem.sequence or 0)
        for one in known:
            yield from (Problem(None, f"Not what the checkpoint says. {said}") for said in differences(one, self.chain))
        for name in missing_guards(connection):
            yield Problem(None, f"The guard {name} is missing, switched off or altered.")
        for what, sentences in _COUNTS.items():
            if self.chain.size >= _STEP:
                self.stdout.write(f"checking {what}")
            yield from (Problem(None, sentence) for sentence in sentences())

    def _broken(self) -> Iterator[Problem]:
        handles = dict(Editor.objects.values_list("pk", "handle"))
        redactions = Edition.objects.filter(kind=Edition.Kind.REDACTION).only("pk", "pledge_id", "entry")
        return log.verify(self._editions(), handles, self.chain, redactions=redactions.iterator())

    def _editions(self) -> Iterator[Edition]:
        for checked, edition in enumerate(Edition.objects.order_by("sequence").iterator(chunk_size=500), start=1):
            yield edition
            if checked % _STEP == 0:
                self.stdout.write(f"{checked:,} entries checked")

    def _record(self, problems: list[Problem]) -> None:
        first_broken = min((problem.sequence for problem in problems if problem.sequence), default=None)
        try:
            verifications.record(
                entries=self.chain.size,
                head=self.chain.head if self.chain.size else "",
                holds=not problems,
                first_broken=first_broken,
            )
        except DatabaseError as error:
            self.stderr.write(f"Readers of the log could not be told: {error}")


_COUNTS = {
    "what lists read": public_pledges.differences,
    "totals": public_pledges.miscounted,
    "citations": citations.differences,
    "pictures": public_pictures.differences,
    "archived copies": citations.altered_copies,
    "ready HTML": ready_html.altered,
    "published verdicts": public_pledges.altered_verdicts,
    "addresses": public_pledges.astray_addresses,
    "checkpoints": log_checks.altered_checkpoints,
    "what has no edition": log_checks.altered_facts,
}


def _unapproved() -> Iterator[Problem]:
    return (Problem(sequence, "no review approved it.") for sequence in editions.unapproved())


def _kept(file: Path | None) -> list[Kept]:
    try:
        return [read_checkpoint(read_file(file))] if file else []
    except UnknownError as error:
        raise CommandError(str(error)) from error


def _signed() -> list[Kept]:
    """Give the checkpoints that were published; whoever rewrites the log may have rewritten them too."""
    return [Kept(log.origin(), size, root) for size, root in Checkpoint.objects.values_list("size", "root")]
