"""Kills publishers in the midst of their work: `python -m tests.faults.killer ROUNDS WRITERS`.

Loads Django once and forks, because starting takes longer than publishing. Prints every sequence that a publisher
acknowledged, those included that it wrote just before it was killed.
"""

import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from multiprocessing.connection import wait
from typing import TextIO

import django

from tests.faults import publisher

LONGEST = 0.3  # seconds from the first publication to the kill


def main(rounds: int, writers: int) -> None:
    dice = random.Random(rounds)  # noqa: S311
    for number in range(rounds):
        publishers = [start(f"lemon-{number}-{writer}") for writer in range(writers)]
        wait([output.fileno() for _pid, output in publishers])
        time.sleep(dice.uniform(0, LONGEST))
        for pid, _output in publishers:
            os.kill(pid, signal.SIGKILL)
        print(*acknowledged_by(publishers), sep="", flush=True)  # noqa: T201


def start(name: str) -> tuple[int, TextIO]:
    """Publish in a process of its own; gives its key and what it prints."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        os.dup2(writing, sys.stdout.fileno())
        os.close(reading)
        publisher.publish(name, 10_000)
        os._exit(0)
    os.close(writing)
    return pid, os.fdopen(reading)


def acknowledged_by(publishers: list[tuple[int, TextIO]]) -> Iterator[str]:
    for pid, output in publishers:
        os.waitpid(pid, 0)
        with output:
            yield from output


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    django.setup()
    import_module("tests.factories")  # and with it all that a publisher needs, once instead of a hundred times
    main(int(sys.argv[1]), int(sys.argv[2]))
