"""What lists cost, by size."""

import statistics
import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.http import QueryDict
from django.test import Client
from django.utils.timezone import localdate

from tests.benchmarks.saying import say

ROUNDS = 11
CLIENT = Client()  # one for all: a new one loads every middleware again
NARROWED = {"rating": "kept", "topic": "topic-3"}


def measure_lists(size: int, small: float) -> float:
    """Say what lists cost at a size; `small` is what the first page took among 1,000, if that is known. Gives what it took."""
    end = {"after": cursor_of_the_last_page()}
    first, last, narrowed, overdue, home = measure(
        *(partial(page, asked) for asked in ({}, end, NARROWED, {"overdue": "1"})), partial(read, "/")
    )
    trends, of_topic, scoreboard = measure(*(partial(read, path) for path in OVER_TIME), rounds=5)
    say(f"  first page {first:.1f} ms, last page {last:.1f} ms: last / first {last / first:.2f}")
    say(f"  narrowed by rating and topic {narrowed:.1f} ms, by overdue {overdue:.1f} ms, home {home:.1f} ms")
    say(f"  trends {trends:.1f} ms, of one topic {of_topic:.1f} ms, the scoreboard of a day {scoreboard:.1f} ms")
    if small:
        say(f"  first page at {size:,} / at 1,000: {first / small:.2f}")
    return first


OVER_TIME = ("/trends/", "/trends/?topic=topic-3", "/at/2026-01-01/")


def page(asked: dict[str, str]) -> None:
    from pledges.filters import PledgeFilter  # noqa: PLC0415

    query = QueryDict(mutable=True)
    query.update(asked)
    found = PledgeFilter(query, today=localdate()).page()
    assert found.rows


def read(address: str) -> None:
    assert CLIENT.get(address, headers={"host": "127.0.0.1"}).status_code == HTTPStatus.OK


def cursor_of_the_last_page() -> str:
    from pledges.keyset import Cursor  # noqa: PLC0415
    from pledges.models import PublicPledge  # noqa: PLC0415

    row = PublicPledge.objects.in_public().order_by("changed_at", "pk")[50]
    return str(Cursor((row.changed_at,), row.pk))


def measure(*questions: Callable[[], None], rounds: int = ROUNDS) -> list[float]:
    """Ask each in turn, so that a noisy moment hits all; give medians in milliseconds of CPU and waiting."""
    times: list[list[float]] = [[] for _ in questions]
    for _round in range(rounds):
        for question, taken in zip(questions, times, strict=True):
            started = time.perf_counter()
            question()
            taken.append(1000 * (time.perf_counter() - started))
    return [statistics.median(taken) for taken in times]
