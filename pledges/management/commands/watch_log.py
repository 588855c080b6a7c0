from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pledges import verifier
from pledges.signed_notes import NoteError, VerifierKey, require_signature
from pledges.verifier import BrokenError, UnknownError


class Command(BaseCommand):
    help = (
        "Watch the public log of a site, this one or another, and compare it with what was seen the last time."
        " Ends with 1 if it was cut off, rewritten or broken, with 2 if that could not be found out."
    )
    # It reads a site and a file; no database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("site", help="the address of the site, like https://pledges.example.org")
        parser.add_argument("--keep", type=Path, required=True, metavar="FILE", help="where to keep what was seen")
        parser.add_argument("--key", metavar="NAME+HASH+KEY", help="the key that must have signed the checkpoint")

    def handle(self, *_args: Any, **options: Any) -> None:
        site = options["site"]
        if not verifier.is_address(site):
            raise CommandError("Give the address of a site, like https://pledges.example.org.", returncode=2)
        try:
            note = verifier.published_checkpoint(site)
            if options["key"]:
                _require_signature(note, options["key"])
            shown = None if note is None else verifier.read_checkpoint(note)
            self.stdout.write(f"{verifier.check(site, shown=shown, keep=options['keep'])}.")
        except BrokenError as error:
            raise CommandError(str(error), returncode=verifier.BROKEN) from error
        except UnknownError as error:
            raise CommandError(str(error), returncode=verifier.UNKNOWN) from error


def _require_signature(note: bytes | None, key: str) -> None:
    try:
        verifier_key = VerifierKey.parse(key)
    except NoteError as error:
        raise UnknownError(str(error)) from error
    if note is None:
        raise BrokenError("The site shows no checkpoint, and so nothing that was signed with this key.")
    try:
        require_signature(note, verifier_key)
    except NoteError as error:
        raise BrokenError(str(error)) from error
