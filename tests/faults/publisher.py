"""Processes that publish at once: `python -m tests.faults.publisher COUNT NAME…`, one for each name.

Works on the database of DATABASE_URL, which is migrated, and prints each sequence once it is published. Loads Django
once and forks, because starting takes longer than publishing.
"""

import os
import sys
from importlib import import_module

import django
from django.db import models, transaction


@transaction.atomic
def save(pledge: models.Model) -> None:
    pledge.save(update_fields=["background"])


def main(count: int, name: str, *others: str) -> None:
    import_module("tests.factories")  # and with it all that a publisher needs, once instead of in every process
    pids = [fork(other, count) for other in others]
    publish(name, count)
    for pid in pids:
        assert os.waitpid(pid, 0) == (pid, 0)


def fork(name: str, count: int) -> int:
    """Publish in a process of its own; an error ends it with a trace and a status."""
    pid = os.fork()
    if not pid:
        publish(name, count)
        os._exit(0)
    return pid


def publish(name: str, count: int) -> None:
    """Publish one pledge of our own again and again."""
    from pledges.actions import editions, reviews  # noqa: PLC0415 (the models need Django set up)
    from tests.factories import make_editor, make_pledge, make_source, make_topic  # noqa: PLC0415

    writer, reviewer = (make_editor(username=f"{name}-{role}", handle=f"{name}-{role}") for role in ("w", "r"))
    source = make_source(url=f"https://lemons.example/{name}", kind="manifesto")
    pledge = make_pledge(slug=name, made_in=source, topic=make_topic(name=name, slug=name))
    for number in range(count):
        pledge.background = f"Lemon number {number}."
        save(pledge)
        kind = "update" if number else "first"
        review = reviews.request(pledge, kind=kind, change_note=f"Lemon number {number}.", by=writer)
        edition = editions.publish(reviews.approve(review, by=reviewer))
        print(f"{edition.sequence}\n", end="", flush=True)  # noqa: T201 (in one piece: others write there too)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    main(int(sys.argv[1]), *sys.argv[2:])
