import shlex
from argparse import ArgumentTypeError
from collections.abc import Iterator
from difflib import unified_diff
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection, transaction

from pledges import purging
from pledges.actions import redactions, traces
from pledges.actions.publishing_rule import NotPublishableError
from pledges.actions.redactions import Order, Redaction
from pledges.management.caches import tell_caches
from pledges.models import Edition, Editor, Pledge, PublicPledge
from pledges.removal import Removal

_SURE = "redact"


class Command(BaseCommand):
    help = (
        "Remove text from a published pledge on legal grounds, for ever, in a way that the public log shows."
        " First it says what will go, and asks."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the last part of the pledge's address")
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument(
            "--text", action="append", default=[], help="a text to remove wherever it stands; several times"
        )
        what.add_argument("--sequences", type=_sequences, default=[], help="earlier entries to blank whole, like 3,4")
        parser.add_argument("--reason", required=True, help="what was removed and why, in a sentence for readers")
        parser.add_argument("--by", required=True, metavar="HANDLE", help="who asks for it")
        parser.add_argument("--approved-by", required=True, metavar="HANDLE", help="who approves it: another person")
        parser.add_argument("--dry-run", action="store_true", help="say what would be removed, and change nothing")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *_args: Any, **options: Any) -> None:
        pledge = Pledge.objects.filter(slug=options["slug"]).first()
        if pledge is None:
            raise CommandError(f"There is no pledge “{options['slug']}”.")
        order = Order(
            reason=options["reason"],
            by=_editor(options["by"]),
            approved_by=_editor(options["approved_by"]),
            passages=options["text"],
            sequences=options["sequences"],
        )
        self._try(pledge, order)
        if options["dry_run"]:
            self.stdout.write("Nothing was changed.")
        elif options["yes"] or input(f"This cannot be undone. Type “{_SURE}” to go on: ").strip() == _SURE:
            self._do(pledge, order)
        else:
            raise CommandError("Nothing was changed.")

    def _try(self, pledge: Pledge, order: Order) -> None:
        with transaction.atomic():
            redaction = _redact(pledge, order)
            for line in (*_report(redaction), *_before_and_after(redaction)):
                self.stdout.write(line)
            transaction.set_rollback(True)
        for line in _of_others(pledge, order):
            self.stdout.write(line)

    def _do(self, pledge: Pledge, order: Order) -> None:
        _overwrite_what_is_deleted()
        redaction = _redact(pledge, order)
        self.stdout.write(f"Done: entry {redaction.edition.sequence}, {redaction.edition.short_hash}.")
        self._tell_caches(pledge, redaction)
        problems = [*_shrink(self), *self._look_for_more(pledge, order, redaction)]
        if problems:
            raise CommandError(f"The order was carried out, but {'; '.join(problems)}.")

    def _look_for_more(self, pledge: Pledge, order: Order, redaction: Redaction) -> Iterator[str]:
        places = list(traces.remaining(Removal(order.passages))) if order.passages else []
        for place in places:
            self.stderr.write(f"The text still stands in {place}.")
        for line in _of_others(pledge, order) if places else ():
            self.stderr.write(line)
        if places:
            yield f"the text stands in {len(places)} other places"
        if redaction.doubtful:
            yield f"{len(redaction.doubtful)} drafts have words of what was removed: look at them in the admin"

    def _tell_caches(self, pledge: Pledge, redaction: Redaction) -> None:
        addresses = purging.addresses_of(PublicPledge.objects.get(pledge=pledge), redaction.pictures)
        if problem := tell_caches(self, addresses, redaction.tags):
            self.stderr.write(problem)


def _redact(pledge: Pledge, order: Order) -> Redaction:
    try:
        return redactions.redact(pledge, order)
    except NotPublishableError as error:
        raise CommandError(str(error)) from error


def _report(redaction: Redaction) -> Iterator[str]:
    yield f"Content blanked of: {', '.join(f'entry {sequence}' for sequence in redaction.blanked)}"
    for trace in redaction.traces:
        yield f"Removed from {trace}"
    for picture in redaction.pictures:
        yield f"Picture deleted: {picture}"
    for place in redaction.doubtful:
        yield f"Has words that only the blanked entries had, and stays: {place}"


def _of_others(pledge: Pledge, order: Order) -> Iterator[str]:
    """Name the other pledges that hold the text, each with what has to be done."""
    others = traces.elsewhere(pledge, Removal(order.passages)) if order.passages else {}
    for other, places in others.items():
        yield f"The pledge “{other.slug}” holds the text, too ({'; '.join(map(str, places))})."
        if any(isinstance(place.row, Edition) for place in places):
            yield f"  Run then: {_command_for(other, order)}"
        else:
            yield "  It is not public: change it in the admin."


def _command_for(pledge: Pledge, order: Order) -> str:
    texts = [part for passage in order.passages for part in ("--text", passage)]
    people = ("--by", order.by.handle, "--approved-by", order.approved_by.handle)
    return shlex.join(["manage.py", "redact", pledge.slug, *texts, "--reason", order.reason, *people])


def _before_and_after(redaction: Redaction) -> Iterator[str]:
    """Give, of every text that something is removed from, the lines that it changes."""
    shown = set()
    for text in (*redaction.texts, *(text for trace in redaction.traces for text in trace.texts)):
        if text not in shown:
            shown.add(text)
            yield f"{text.name}:"
            changed = unified_diff(text.before.splitlines(), text.after.splitlines(), n=0, lineterm="")
            yield from (f"  {line}" for line in islice(changed, 2, None) if not line.startswith("@@"))


def _editor(handle: str) -> Editor:
    editor = Editor.objects.filter(handle=handle).first()
    if editor is None:
        able = [one.handle for one in Editor.objects.order_by("handle") if one.has_perm(redactions.PERMISSION)]
        raise CommandError(f"Nobody has the handle “{handle}”. Who may redact: {', '.join(able) or 'nobody'}.")
    return editor


def _sequences(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise ArgumentTypeError(
            f"Write entries as numbers with commas between them, like 3,4, not “{text}”."
        ) from error


def _overwrite_what_is_deleted() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA secure_delete = ON")


def _shrink(command: BaseCommand) -> Iterator[str]:
    """Rewrite SQLite's file, whose free places may hold the text from before; other databases are their owner's business.

    Gives what stood in the way, if anything did.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        command.stderr.write(
            "Dead rows, backups, replicas and logs of the database hold the text until they are renewed."
        )
        return
    command.stderr.write("Backups of the database hold the text until they are renewed.")
    if problem := _problem_of_rewriting():
        command.stderr.write(
            f"The file of the database could not be rewritten: {problem}. Stop whatever else uses it, then run in it:"
            " PRAGMA secure_delete = ON; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);"
        )
        yield "the file of the database still holds the text"


def _problem_of_rewriting() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            is_busy, *_pages = cursor.fetchone()
    except DatabaseError as error:
        return str(error)
    # What is read elsewhere may need the old pages, so they stay in the file.
    return "something else reads it" if is_busy else ""
