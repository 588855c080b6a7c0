"""Whether a worker's memory stays flat: 100,000 requests to 20,000 addresses, of which 480 are pages.

`python -m tests.benchmarks.memory FOLDER` on the database of DATABASE_URL, which is migrated and empty. Takes some minutes.
"""

import os
import sys
import time
from pathlib import Path

import django

from tests.benchmarks.hot import made, make_pledges, said_memory
from tests.benchmarks.load import memory
from tests.benchmarks.saying import say
from tests.servers import crowd, serve

ADDRESSES, REQUESTS, STEP = 20_000, 100_000, 10_000
READERS = 8


def main(folder: Path) -> None:
    make_pledges()
    with serve(os.environ["DATABASE_URL"], made(folder), static=Path(os.environ["STATIC_ROOT"])) as server:
        say(f"  at the start: {said_memory(memory(server))}")
        with crowd(server, address, readers=READERS, pause=0) as replies:
            for asked in range(STEP, REQUESTS + 1, STEP):
                while len(replies) < STEP:
                    time.sleep(0.05)
                replies.clear()
                say(f"  after {asked:,} requests: {said_memory(memory(server))}")


def address(number: int) -> str:
    return f"/pledges/lemon-{number * 7919 % ADDRESSES + 1}/"


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
