import os
from typing import Any

from django.contrib.auth.management.commands import createsuperuser
from django.core.management.base import CommandError
from django.db import IntegrityError, models

from pledges.models import Editor
from pledges.models.editor import new_handle


class Command(createsuperuser.Command):
    """Django's own, but it explains the handle, which cannot be changed later, and asks again for one that is taken."""

    def handle(self, *args: Any, **options: Any) -> None:
        asks_nothing = not options["interactive"] and not os.environ.get("DJANGO_SUPERUSER_HANDLE")
        options["handle"] = options["handle"] or (new_handle() if asks_nothing else None)
        try:
            super().handle(*args, **options)
        except IntegrityError as error:
            raise CommandError("Somebody else has this handle.") from error
        if asks_nothing:
            self.stdout.write(f"Handle in the public log: {options['handle']}")

    def get_input_data(self, field: models.Field, message: str, default: Any = None) -> Any:
        if field.name != "handle":
            return super().get_input_data(field, message, default)
        self.stdout.write(f"{field.help_text} Leave it empty for a random one.")
        handle = super().get_input_data(field, message, default)
        if handle == "":
            return new_handle()
        if handle and Editor.objects.filter(handle=handle).exists():
            self.stderr.write("Error: Somebody else has this handle.")
            return None
        return handle
