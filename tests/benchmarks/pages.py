"""What it costs to make a page that nobody has asked for yet, against a page that says next to nothing."""

import cProfile
import io
import pstats
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Any

import django
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.saying import say

PLEDGES = 1_000
ROUNDS, REQUESTS = 25, 4


def main() -> None:
    settings.ROOT_URLCONF = "tests.benchmarks.urls"
    from pledges.actions import ready_html  # noqa: PLC0415
    from pledges.models import PublicPledge  # noqa: PLC0415
    from tests.benchmarks.fictional import Country  # noqa: PLC0415 (the models need Django set up)

    Country().publish(PLEDGES)
    ready_html.make_later(PublicPledge.objects.filter(slug="lemon-500").values_list("pk", flat=True))
    pages = {"trivial": "/trivial/", "pledge": "/pledges/lemon-500/", "list": "/pledges/", "home": "/"}
    questions: dict[str, Callable[[], bytes]] = {name: partial(ask, path) for name, path in pages.items()}
    questions["list, no row drawn before"] = ask_for_new_rows
    cpu = measure(questions)
    for name, question in questions.items():
        with CaptureQueriesContext(connection) as queries:
            size = len(question())
        say(
            f"  {name}: {statistics.median(cpu[name]):.2f} ms of CPU (quartiles {spread(cpu[name])}),"
            f" ÷ trivial {ratio(cpu[name], cpu['trivial'])}, {len(queries)} queries, {size:,} bytes"
        )
    if "--profile" in sys.argv:
        profile(pages["pledge"])


def ask(path: str) -> bytes:
    """Have Django make a page, without the cache of ready bytes."""
    from tracker.wsgi import site  # noqa: PLC0415

    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "HTTP_HOST": "127.0.0.1:8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    parts = site(environ, lambda status, _headers: said.append(status))
    body = b"".join(parts)
    parts.close()  # type: ignore[attr-defined]
    assert said == ["200 OK"], said
    return body


def ask_for_new_rows() -> bytes:
    """Have a list made as the first one after a start: later ones take the rows that did not change from memory."""
    from pledges.templatetags.record import _row  # noqa: PLC0415

    _row.cache_clear()
    return ask("/pledges/")


def measure(questions: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Ask each in turn, so that a noisy moment hits all; gives milliseconds of CPU a request, a figure a round."""
    taken: dict[str, list[float]] = {name: [] for name in questions}
    for _round in range(ROUNDS):
        for name, question in questions.items():
            started = time.process_time()
            for _ in range(REQUESTS):
                question()
            taken[name].append(1000 * (time.process_time() - started) / REQUESTS)
    return taken


def ratio(ours: list[float], yardstick: list[float]) -> str:
    """Give the median of the rounds' ratios with their quartiles."""
    ratios = [one / other for one, other in zip(ours, yardstick, strict=True)]
    return f"{statistics.median(ratios):.2f} ({spread(ratios)})"


def spread(figures: list[float]) -> str:
    lower, _, upper = statistics.quantiles(figures, n=4)
    return f"{lower:.2f}–{upper:.2f}"


def profile(path: str) -> None:
    profiler = cProfile.Profile()
    profiler.enable()
    for _ in range(100):
        ask(path)
    profiler.disable()
    text = io.StringIO()
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(25)
    pstats.Stats(profiler, stream=text).sort_stats("cumtime").print_stats(60)
    say(text.getvalue())


if __name__ == "__main__":
    django.setup()
    main()
