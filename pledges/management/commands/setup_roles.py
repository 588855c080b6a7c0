from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from pledges.roles import ROLES


class Command(BaseCommand):
    help = "Make the roles that editors can have, or correct them. Running it again does no harm."

    @transaction.atomic
    def handle(self, *_args: Any, **_options: Any) -> None:
        known = {_name(permission): permission for permission in Permission.objects.select_related("content_type")}
        for role, names in ROLES.items():
            if missing := sorted(names - known.keys()):
                raise CommandError(f"The permission {missing[0]} is not in the database: run migrate first.")
            self.stdout.write(f"{role}: {_set_up(role, {known[name] for name in names})}")


def _set_up(role: str, wanted: set[Permission]) -> str:
    """Make a group have exactly these permissions; says what had to be done."""
    group, created = Group.objects.get_or_create(name=role)
    had = set(group.permissions.all())
    group.permissions.set(wanted)
    if created:
        return f"made, with {len(wanted)} permissions"
    if had == wanted:
        return "was right"
    return f"corrected: {len(wanted - had)} permissions given, {len(had - wanted)} taken away"


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"
