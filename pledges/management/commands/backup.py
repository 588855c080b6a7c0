from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from pledges import backup


class Command(BaseCommand):
    help = "Copy the whole site into a new folder while it runs: database, public log, pictures. README.md says how to restore."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that is not there yet, or empty")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            made = backup.make(options["folder"].absolute())
        except backup.BackupError as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be read: {error}") from error
        head = f"head {made['head']}" if made["head"] else "nothing published yet"
        self.stdout.write(f"{made['entries']:,} entries, {head}, {made['bytes']:,} bytes in {options['folder']}.")
