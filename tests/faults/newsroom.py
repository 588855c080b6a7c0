"""A newsroom in a process of its own: `python -m tests.faults.newsroom PLEDGES`.

Works on the database of DATABASE_URL, which is migrated: publishes so many pledges, prints their addresses, then does
what it is told on standard input, `correct SLUG` or `withdraw SLUG`, and prints the number of the edition once it is
in the database.
"""

import os
import sys

import django
from django.db import close_old_connections


def main(pledges: int) -> None:
    from tests.factories import make_editor, make_published_pledge  # noqa: PLC0415 (the models need Django set up)

    make_editor(username="ada", is_staff=True, is_superuser=True)
    print(*(make_published_pledge(slug=f"lime-{n}", background="Lemons.").slug for n in range(pledges)), flush=True)  # noqa: T201
    for line in sys.stdin:
        close_old_connections()
        print(do(*line.split()), flush=True)  # noqa: T201


def do(what: str, slug: str) -> int:
    from pledges.actions import drafts  # noqa: PLC0415
    from pledges.models import Pledge  # noqa: PLC0415
    from tests.factories import publish  # noqa: PLC0415

    pledge = Pledge.objects.get(slug=slug)
    if what == "withdraw":
        return publish(pledge, kind="withdrawal", change_note="It was never promised.").number
    pledge.background = f"Lemons, edition {pledge.editions.count() + 1}."
    pledge.save()
    drafts.settle(pledge)
    return publish(pledge, kind="correction", change_note="The lemons were limes.").number


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    main(int(sys.argv[1]))
