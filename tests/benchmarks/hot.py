"""Ready pages against the floor and against the usual way, each pair in turn on the same server; what disturbs them, too.

`python -m tests.benchmarks.hot FOLDER` on the database of DATABASE_URL, which is migrated and empty.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path

import django

from tests.benchmarks.load import Measured, crowded, measure, memory
from tests.benchmarks.saying import say
from tests.servers import Reply, Server, crowd, serve, wait_until

PLEDGES, CORRECTED = 480, 20
ROUNDS, SECONDS = 5, 2
CROWDED_ROUNDS = 4
BROTLI = "Accept-Encoding: br"
PAGE = "/pledges/lemon-250/"
RANDOM_PAGE = f"""
math.randomseed(7)
request = function()
  local number = math.random({PLEDGES + CORRECTED})
  local slug = number > {PLEDGES} and "lime-" .. number - {PLEDGES + 1} or "lemon-" .. number
  return wrk.format("GET", "/pledges/" .. slug .. "/", {{["Accept-Encoding"]="br"}})
end
"""
# What a page cannot be kept for: `%s` is a number that was never asked for.
UNCACHEABLE = {
    "a page that is not there": "/lemons-%s/",
    "a search never asked": "/pledges/?q=lemon+%s",
    "a style sheet that is not there": "/static/%s.css",
    "a picture that is not there": "/media/%s.png",
    "/readyz": "/readyz?%s",
}
PUBLICATIONS = 3


def main(folder: Path) -> None:
    url = os.environ["DATABASE_URL"]
    make_pledges()
    with newsroom() as tell, ExitStack() as servers:
        static = Path(os.environ["STATIC_ROOT"])
        site = servers.enter_context(serve(url, made(folder / "site"), static=static))
        warm_up(site)
        say(f"  two workers and their master with {PLEDGES + CORRECTED} warm pages: " + said_memory(memory(site)))
        against_the_floor(site, partial(serve, url, static=static), folder, servers)
        beside_a_crowd(site)
        under_corrections(site, tell)
        publications(site, tell)


def against_the_floor(
    site: Server, serve_on: Callable[..., AbstractContextManager[Server]], folder: Path, servers: ExitStack
) -> None:
    page = site.get(PAGE, **{"Accept-Encoding": "br"})
    (folder / "reply").write_text(json.dumps({"body": b64encode(page.body).decode(), "headers": headers_of(page)}))
    bare = servers.enter_context(
        serve_on(
            made(folder / "bare"), application="tests.benchmarks.bare:application", BARE_REPLY=str(folder / "reply")
        )
    )
    usual = servers.enter_context(
        serve_on(made(folder / "usual"), application="tests.benchmarks.django_cache:application")
    )
    known = (BROTLI, f"If-None-Match: {page.headers['etag']}")
    found = in_turn(
        {
            "bare": partial(measure, bare, "/", headers=(BROTLI,), seconds=SECONDS),
            "hot": partial(measure, site, PAGE, headers=(BROTLI,), seconds=SECONDS),
            "304": partial(measure, site, PAGE, headers=known, seconds=SECONDS),
            "Django's LocMem cache": partial(measure, usual, PAGE, headers=(BROTLI,), seconds=SECONDS),
        }
    )
    sheet = site.get(re.search(r'rel="stylesheet" href="([^"]+)"', page.text)[1], **{"Accept-Encoding": "br"})  # type: ignore[index]
    say(
        f"  the page: {len(page.text.encode()):,} bytes, {len(page.body):,} in brotli, {len(headers_of(page))} headers;"
    )
    say(f"    with its style sheet {len(page.body) + len(sheet.body):,} bytes; no script, two requests")
    for name, rounds in found.items():
        say(f"  {name}: {told(rounds)}")
    for name, floor in (("hot", "bare"), ("304", "bare"), ("hot", "Django's LocMem cache")):
        say(f"  {name} ÷ {floor}: {compared(found[name], found[floor])}")


def beside_a_crowd(site: Server) -> None:
    hot = partial(measure, site, PAGE, headers=(BROTLI,))
    alone: list[Measured] = []
    beside: dict[str, list[Measured]] = {name: [] for name in UNCACHEABLE}
    for number in range(CROWDED_ROUNDS):
        alone.append(hot())
        for name, address in UNCACHEABLE.items():
            with crowded(site, address, number):
                beside[name].append(hot())
            time.sleep(0.3)
    say("  hot beside sixteen clients on addresses that cannot be kept ÷ alone:")
    for name, rounds in beside.items():
        say(f"    {name}: {rates(rounds, alone)}, {errors(rounds)} errors")


def under_corrections(site: Server, tell: Callable[[str], int]) -> None:
    def with_one(seconds: int) -> Measured:
        tell("lime-3")
        return measure(site, "/", seconds=seconds, script=RANDOM_PAGE)

    still, moved = [], []
    for _ in range(2):
        still.append(measure(site, "/", seconds=5, script=RANDOM_PAGE))
        moved.append(with_one(5))
    say(
        f"  {PLEDGES + CORRECTED} pages at random, a correction every 5 s ÷ without: {rates(moved, still)}, {errors(moved)} errors"
    )


def publications(site: Server, tell: Callable[[str], int]) -> None:
    """How long readers at full load still get the old page once the new one is in the database."""
    delays, worst, failed = [], 0.0, 0
    for _ in range(PUBLICATIONS):
        with crowd(site, lambda _number: "/pledges/lime-3/", readers=8) as replies:
            time.sleep(0.5)
            tell("lime-3")
            public_at = time.monotonic()
            time.sleep(1.2)
        new = replies[-1].headers["etag"]
        old = [reply for reply in replies if reply.headers.get("etag") != new]
        delays.append(max((reply.at - reply.seconds - public_at for reply in old), default=0.0))
        worst = max(worst, *(reply.seconds for reply in replies))
        failed += sum(reply.status != 200 for reply in replies)
        assert len({reply.headers.get("etag") for reply in replies if reply.status == 200}) == 2
    say(f"  publish → no reader gets the old page: {statistics.median(delays):.2f} s, at most {max(delays):.2f} s;")
    say(f"    2 bodies seen, {failed} errors, slowest answer {1000 * worst:.0f} ms")


def in_turn(questions: dict[str, Callable[[], Measured]]) -> dict[str, list[Measured]]:
    found: dict[str, list[Measured]] = {name: [] for name in questions}
    for _round in range(ROUNDS):
        for name, question in questions.items():
            found[name].append(question())
    return found


def told(rounds: list[Measured]) -> str:
    middle = statistics.median(one.rate for one in rounds)
    cpu = statistics.median(one.cpu for one in rounds)
    return f"{middle:,.0f} a second, {cpu:.3f} ms of CPU each, {errors(rounds)} errors"


def compared(ours: list[Measured], yardstick: list[Measured]) -> str:
    """Give the ratio of the answers a second, and of the CPU that each takes, which a busy machine disturbs less."""
    cpu = [other.cpu / one.cpu for one, other in zip(ours, yardstick, strict=True) if one.cpu]
    return f"{rates(ours, yardstick)} by rate, {middle_of(cpu)} by CPU"


def rates(ours: list[Measured], yardstick: list[Measured]) -> str:
    return middle_of([one.rate / other.rate for one, other in zip(ours, yardstick, strict=True)])


def middle_of(ratios: list[float]) -> str:
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def errors(rounds: list[Measured]) -> int:
    return sum(one.errors for one in rounds)


def headers_of(page: Reply) -> list[tuple[str, str]]:
    """Give the headers that the application sent; the rest is the server's."""
    return [(name, value) for name, value in page.headers.items() if name not in {"server", "date", "connection"}]


def warm_up(site: Server) -> None:
    addresses = [f"/pledges/lemon-{number}/" for number in range(1, PLEDGES + 1)]
    addresses += [f"/pledges/lime-{number}/" for number in range(CORRECTED)]
    for address in addresses:
        wait_until(lambda address=address: all(site.get(address).status == 200 for _ in range(4)))  # type: ignore[misc]


def make_pledges() -> None:
    from tests.benchmarks.fictional import Country  # noqa: PLC0415 (the models need Django set up)

    Country().publish(PLEDGES)


@contextmanager
def newsroom() -> Iterator[Callable[[str], int]]:
    command = [sys.executable, "-m", "tests.faults.newsroom", str(CORRECTED)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()

        def tell(slug: str) -> int:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(f"correct {slug}\n")
            process.stdin.flush()
            return int(process.stdout.readline())

        yield tell
        process.stdin.close()


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def said_memory(megabytes: dict[str, float]) -> str:
    return f"{megabytes['Pss']:.0f} MB (PSS), {megabytes['Rss']:.0f} MB (RSS, what they share counted for each)"


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]))
