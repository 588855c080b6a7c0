#!/usr/bin/env python
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from tracker import demonstration


def main() -> None:
    """Run an administrative command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    if sys.argv[1:2] == ["demo"]:
        demonstration.prepare_environment(os.environ, sys.argv[2:])
    else:
        demonstration.offer_environment(os.environ)
    try:
        _ = settings.DATABASES
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)  # not 1, by which watch_log and verify_log say that a log is broken
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
