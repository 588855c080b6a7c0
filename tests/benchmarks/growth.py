"""How lists and searches grow from 1,000 to 100,000 invented pledges."""

import django

from tests.benchmarks.growing import FIRST, grow
from tests.benchmarks.lists import measure_lists
from tests.benchmarks.saying import say
from tests.benchmarks.search import measure_searches

TIMES = (1, 10, 2, 5)  # as many pledges as before
SEARCHED_FROM = 20_000


def main() -> None:
    size, small = FIRST, 0.0
    for times in TIMES:
        seconds = grow(times)
        size *= times
        say(f"  {size:,} pledges made in {seconds:.0f} s")
        first = measure_lists(size, small)
        small = small or first
        if size >= SEARCHED_FROM:
            measure_searches()


if __name__ == "__main__":
    django.setup()
    main()
