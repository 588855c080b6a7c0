"""What searches cost among 1,000, 10,000 and 100,000 invented pledges: the whole page, and what of it the database does.

Wall-clock time is what a reader waits; CPU time, of this process and of the database's, is what says more on a busy machine.
"""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import django
from django.db import connection
from django.test import Client

from tests.benchmarks.growing import FIRST, grow
from tests.benchmarks.saying import say

TIMES = (1, 10, 10)  # as many pledges as before
ROUNDS = 3
CLIENT = Client()  # one for all: a new one loads every middleware again
SORTS = {"best match": "", "newest first": "changed"}
# From a word that every pledge has to words that hardly any has.
ORDINARY = [
    "lemon", "lemons household", "zalbale", "zalbali", "zalbalo zalbali", "zalbana", "zalbara zalbaxe", "vambale", "vambali",
    "kendola", "kendole kendolo", "bikuno", "dorsuxa", "gurpexu", "district 712", '"district 712"', '"lemons are sour"',
    '"every household of district 99"', "lemon -zalbala", "zalbala -zalbali -zalbale", "counted by hand", "manifesto", "pear",
    "lemon pear", "zolbala vumsuxe",
]  # fmt: skip
HOSTILE = [
    '"', '"' * 200, "*", "NEAR(", "col:", "the", "-lemon", "a " * 100, "-a " * 66, '"lemon ' * 28, "lemon " * 33, "z " * 99,
    "lemons sour counted hand household district carried cart arrived gate left without day manifesto give",
    '"cart arrived in district" "which were counted at the gate" "nobody was left without" "a cart a day" "lemons were sour"',
    '"lemons were counted by hand" "every household of district" "we will give every household of district a lemon"',
    '-"lemons were counted" -"counted at the gate lemon" lemon cart gate day district', "lemon -" + " -".join("bcdefghjklmnop"),
    '"sour lemons" "hand by counted" "gate the at"', "zalbala zalbale zalbali zalbalo zalbalu zalbana zalbane zalbani lemon",
    " ".join("0123456789bcdefghjklmnopqrstuvwxyz"),
]  # fmt: skip


class Cost(NamedTuple):
    """Milliseconds: by the clock, and of CPU."""

    waited: float
    worked: float


def measure_searches(rounds: int = ROUNDS, *, small: float = 0.0) -> float:
    """Say what searches cost; gives the median of ordinary ones by best match, `small` is what that was among fewer pledges."""
    gc.collect()
    gc.freeze()  # as the server does
    kinds = {"ordinary": ORDINARY, "hostile": HOSTILE}
    medians = [
        report(f"{name} questions, {shown}", [{"q": q, "sort": sort} for q in questions], rounds)
        for name, questions in kinds.items()
        for shown, sort in SORTS.items()
    ]
    if small:
        say(f"  ordinary questions, best match, whole page / among {FIRST:,}: {medians[0] / small:.2f}")
    return medians[0]


def report(name: str, asked: list[dict[str, str]], rounds: int) -> float:
    """Say what some questions cost; gives the median of whole pages, in milliseconds."""
    medians: list[float] = []
    say(f"  {name}, {len(asked)}:")
    pages: list[Callable[[], None]] = [partial(page, one) for one in asked]
    works = {"whole page": pages, "database": [*map(queries_alone, asked)]}
    for shown, work in works.items():
        costs = measure(work, rounds)
        slowest = max(range(len(asked)), key=lambda at: costs[at].worked)
        waited, worked = ([cost[place] for cost in costs] for place in (0, 1))
        medians.append(statistics.median(waited))
        say(
            f"    {shown}: median {medians[-1]:.1f} ms, worst {max(waited):.1f};"
            f" CPU {statistics.median(worked):.1f} ms, worst {max(worked):.1f} ({asked[slowest]['q'][:40]!r})"
        )
    return medians[0]


def page(asked: dict[str, str]) -> None:
    sent = {name: value for name, value in asked.items() if value}
    response = CLIENT.get("/pledges/", sent, headers={"host": "127.0.0.1"}, follow=True)
    assert response.status_code in {HTTPStatus.OK, HTTPStatus.BAD_REQUEST}


def queries_alone(asked: dict[str, str]) -> Callable[[], None]:
    """Give what asks the database again all that a page asked it, and reads the answers."""
    said: list[tuple[str, Any]] = []

    def remember(execute: Callable[..., Any], sql: str, values: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        said.append((sql, values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(remember):
        page(asked)
    return partial(ask, said)


def ask(said: Iterable[tuple[str, Any]]) -> None:
    with connection.cursor() as cursor:
        for sql, values in said:
            cursor.execute(sql, values)
            if cursor.description:
                cursor.fetchall()


def measure(questions: Sequence[Callable[[], None]], rounds: int) -> list[Cost]:
    """Ask each in turn, so that a noisy moment hits all; give medians."""
    costs: list[list[Cost]] = [[] for _ in questions]
    for _round in range(rounds):
        for question, of_question in zip(questions, costs, strict=True):
            question()  # once for the caches of the machine, which all others used since
            began, worked = time.perf_counter(), cpu()
            question()
            of_question.append(Cost(1_000 * (time.perf_counter() - began), 1_000 * (cpu() - worked)))
    return [Cost(*map(statistics.median, zip(*of_question, strict=True))) for of_question in costs]


def cpu() -> float:
    """The seconds of CPU that this process and, if there is one, the database's of this connection have had."""
    return time.process_time() + (_of_server() if connection.vendor == "postgresql" else 0.0)


def _of_server() -> float:
    connection.ensure_connection()
    nanoseconds, *_rest = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()
    return int(nanoseconds) / 1e9


def main() -> None:
    size, small = FIRST, 0.0
    for times in TIMES:
        size *= times
        say(f"  {size:,} pledges made in {grow(times):.0f} s")
        first = measure_searches(small=small)
        small = small or first


if __name__ == "__main__":
    django.setup()
    main()
