"""How long 10,000 invented entries take to verify: inside, from the database, and outside, from the lines alone."""

import statistics
import time
from collections.abc import Callable

import django

from tests.benchmarks.saying import say

ENTRIES = 10_000
ROUNDS = 5


def main() -> None:
    from pledges import log, verifier  # noqa: PLC0415 (the models need Django set up)
    from pledges.models import Edition, Editor  # noqa: PLC0415
    from tests.benchmarks.fictional import Country  # noqa: PLC0415

    if Edition.objects.count() < ENTRIES:
        Country().publish(ENTRIES)
    editions = Edition.objects.order_by("sequence").filter(pk__lte=ENTRIES)
    lines = [line for _place, line in zip(range(ENTRIES), log.lines(), strict=False)]

    def inside() -> None:
        handles = dict(Editor.objects.values_list("pk", "handle"))
        assert not list(log.verify(editions.iterator(chunk_size=500), handles, redactions=[]))

    def outside() -> None:
        chain = verifier.Chain([ENTRIES])
        assert not any(chain.follow(line) for line in lines)

    say(f"  {ENTRIES:,} entries: editions and lines verified in {median(inside)},")
    say(f"  the lines alone, with their root, in {median(outside)}")


def median(question: Callable[[], None]) -> str:
    """Give the median time, and that of this process's CPU, which other processes do not lengthen."""
    times, cpu = [], []
    for _round in range(ROUNDS):
        started, used = time.perf_counter(), time.process_time()
        question()
        times.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    return f"{statistics.median(times):.2f} s (CPU {statistics.median(cpu):.2f} s)"


if __name__ == "__main__":
    django.setup()
    main()
