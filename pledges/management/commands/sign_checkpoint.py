import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from pledges import log
from pledges.actions import checkpoints
from pledges.actions.checkpoints import NotSignableError
from pledges.signed_notes import NoteError, SigningKey
from pledges.verifier import Kept, UnknownError, is_there, read_kept, write_kept

KEY_FILE = "CHECKPOINT_KEY_FILE"
_OTHERS = 0o077  # the rights of everyone but the owner


class Command(BaseCommand):
    help = "Sign the public log as it is now and publish that as its checkpoint; refuses a log that was rewritten."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--key", type=Path, metavar="FILE", help=f"the file of the signing key (${KEY_FILE})")
        parser.add_argument("--new-key", type=Path, metavar="FILE", help="make a signing key there, and sign nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["new_key"]:
            self.stdout.write(str(_make_key(options["new_key"]).verifier_key))
            return
        key_file = options["key"] or Path(os.environ.get(KEY_FILE, ""))
        if not key_file.name:
            raise CommandError(f"Name the file of the signing key with --key or {KEY_FILE}.")
        checkpoint = self._sign(key_file)
        self.stdout.write(f"{checkpoint.size:,} entries, signed {checkpoint.signed_at.isoformat(timespec='seconds')}.")

    def _sign(self, key_file: Path) -> Any:
        key = _read_key(key_file)
        if key.name != log.origin():
            raise CommandError(f"This key signs for {key.name}, not for {log.origin()}.")
        # Beside the key, where nobody gets who only has the database.
        memory = key_file.resolve().with_name(f"{key_file.resolve().name}.last")

        def remember(kept: Kept) -> None:
            write_kept(memory, kept)

        try:
            last = read_kept(memory) if is_there(memory) else None
            if last is None:
                self.stderr.write(f"{memory} is not there: nothing is known of what this key signed before.")
            return checkpoints.sign(key, last=last, remember=remember)
        except (NotSignableError, UnknownError) as error:
            raise CommandError(str(error)) from error


def _make_key(key_file: Path) -> SigningKey:
    key = SigningKey.make(log.origin())
    try:
        with os.fdopen(os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(f"{key}\n")
    except OSError as error:
        raise CommandError(f"The key cannot be written: {error}") from error
    return key


def _read_key(key_file: Path) -> SigningKey:
    try:
        if key_file.stat().st_mode & _OTHERS:
            raise CommandError(f"Others may read {key_file}: take that right away first (chmod 600).")
        return SigningKey.parse(key_file.read_text().strip())
    except (OSError, NoteError, UnicodeDecodeError) as error:
        raise CommandError(f"The key cannot be read: {error}") from error
