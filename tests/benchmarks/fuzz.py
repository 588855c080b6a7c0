"""Ten thousand requests that no browser sends: what broke, and how long the slowest answers take.

The test suite sends the same ones and bounds the CPU time of each; here they are timed from end to end.
"""

import os
import statistics
import tempfile
from typing import TYPE_CHECKING

import django
from django.utils.module_loading import import_string

from tests.benchmarks.saying import say

if TYPE_CHECKING:
    from tests.fuzzing.answers import Answer
    from tests.fuzzing.requests import Request

NAMED = 3  # how many of the slowest are named
SETTINGS = {"SITE_URL": "https://tracker.test", "ALLOWED_HOSTS": "tracker.test", "REQUEST_LOG": "0"}


def main() -> None:
    exchanges = attack()
    failed = sum(answer.status >= 500 for _request, answer in exchanges)
    median = statistics.median(answer.seconds for _request, answer in exchanges)
    say(f"  {len(exchanges):,} requests: {failed} failed; median {1000 * median:.1f} ms")
    for request, answer in sorted(exchanges, key=lambda exchange: -exchange[1].seconds)[:NAMED]:
        name_slow(request, answer)


def attack() -> "list[tuple[Request, Answer]]":
    """Send them all, and name every fault."""
    from tests.fuzzing.addresses import every_address  # noqa: PLC0415 (the models need Django set up)
    from tests.fuzzing.answers import faults_of  # noqa: PLC0415
    from tests.fuzzing.assault import REQUESTS, assault  # noqa: PLC0415
    from tests.fuzzing.site import make_attacked_site  # noqa: PLC0415
    from tests.fuzzing.visitors import make_visitor  # noqa: PLC0415

    addresses, exchanges = every_address(make_attacked_site()), []
    for name, count in REQUESTS.items():
        for request, answer in assault(import_string("tracker.wsgi.application"), make_visitor(name), addresses, count):
            for fault in faults_of(request, answer):
                say(f"  {fault}\n{name} sent:\n{request}")
            answer.body = b""
            exchanges.append((request, answer))
    return exchanges


def name_slow(request: "Request", answer: "Answer") -> None:
    """Say how long an answer takes without the page cache, the best of some: other processes only make it longer."""
    from tests.fuzzing.assault import SLOWEST, best  # noqa: PLC0415

    again = best(import_string("tracker.wsgi.site"), request)
    verdict = f", more than {1000 * SLOWEST:.0f}" if again.seconds > SLOWEST else ""
    took = f"{1000 * again.seconds:.0f} ms (CPU {1000 * again.cpu:.0f} ms; {1000 * answer.seconds:.0f} ms at first)"
    say(f"  among the slowest: {took}{verdict}: {request.method} {request.target[:100]}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(SETTINGS, LAST_PAGES_ROOT=f"{folder}/last_pages", MEDIA_ROOT=f"{folder}/media")
        django.setup()
        main()
