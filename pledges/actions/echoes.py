"""Texts beside the record that repeat what a pledge's page said. The record knows none: settings name who removes from them."""

from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from pledges.actions.traces import Trace
from pledges.models import Pledge
from pledges.removal import Removal


class Remover(Protocol):
    """Removes a text from what one app keeps; gives what it changed, and adds the tags of what readers see differently."""

    def __call__(self, pledge: Pledge, removal: Removal, tags: set[str]) -> list[Trace]: ...


def remove(pledge: Pledge, removal: Removal, tags: set[str]) -> list[Trace]:
    """Have every app remove a text; to be called within a redaction once the pledge's page is without it."""
    removers: list[Remover] = [import_string(path) for path in settings.ALSO_REDACTED]
    return [trace for remover in removers for trace in remover(pledge, removal, tags)]
