"""How lists grow from 1,000 to 100,000 invented pledges, and what searches cost among 20,000.

`python -m tests.benchmarks search` has what they cost among 100,000.
"""

import django

from tests.benchmarks.growing import FIRST, grow
from tests.benchmarks.lists import measure_lists
from tests.benchmarks.saying import say
from tests.benchmarks.search import measure_searches

TIMES = (1, 10, 2, 5)  # as many pledges as before
SEARCHED = 20_000


def main() -> None:
    size, small = FIRST, 0.0
    for times in TIMES:
        size *= times
        seconds = grow(times, searched=size <= SEARCHED)
        say(f"  {size:,} pledges made in {seconds:.0f} s")
        if size == SEARCHED:
            measure_searches(rounds=1)
            continue
        first = measure_lists(size, small)
        small = small or first


if __name__ == "__main__":
    django.setup()
    main()
