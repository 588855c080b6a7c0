"""Readers who ask at the same moment, and who waits for whom."""

import threading
import time

import pytest

from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Answer, Journal, Site, ask, make_old
from tracker.page_cache.unavailable import BUSY
from tracker.page_cache.wrapper import PageCache


def test_a_thousand_readers_of_one_page_have_it_made_once(cache: PageCache, site: Site) -> None:
    site.gate.clear()
    cache._flights.soon = 5
    answers: list[Answer] = []
    readers = [threading.Thread(target=lambda: answers.append(ask(cache))) for _ in range(50)]
    for reader in readers:
        reader.start()
    wait_until(lambda: site.renders == 1)

    site.gate.set()

    for reader in readers:
        reader.join()
    assert site.renders == 1
    assert {answer.body for answer in answers} == {b"Lemons."}


def test_who_waits_too_long_for_a_turn_is_told_so(cache: PageCache, site: Site) -> None:
    site.gate.clear()
    cache.turns.renders.patience = 0.1
    slow = threading.Thread(target=lambda: ask(cache, "/slow/"))
    slow.start()
    wait_until(lambda: site.renders == 1)

    answer = ask(cache, "/other/")

    site.gate.set()
    slow.join()
    assert (answer.status, answer.body) == ("503 Service Unavailable", BUSY.encode())


def test_kept_pages_are_not_held_up_by_a_slow_one(cache: PageCache, site: Site) -> None:
    ask(cache)
    site.gate.clear()
    slow = threading.Thread(target=lambda: ask(cache, "/slow/"))
    slow.start()
    wait_until(lambda: site.renders == 2)

    started = time.monotonic()
    assert ask(cache).status == "200 OK"
    waited = time.monotonic() - started

    site.gate.set()
    slow.join()
    assert waited < 0.2  # it would have waited for its turn


def test_without_a_turn_a_page_that_is_still_true_is_given_and_one_that_moved_is_not(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    cache.turns.renders.patience = 0.1
    ask(cache, "/pledges/a/"), ask(cache, "/pledges/b/")
    make_old(cache, "/pledges/a/")
    make_old(cache, "/pledges/b/")
    with cache.turns.renders.one():
        assert ask(cache, "/pledges/a/").headers["X-Served"] == "stale"

        journal.move("pledge:a")

        assert ask(cache, "/pledges/a/").status == "503 Service Unavailable"


def test_an_answer_that_cannot_be_shared_is_made_for_each_who_waited(cache: PageCache, site: Site) -> None:
    site.status = "400 Bad Request"
    site.gate.clear()
    answers: list[Answer] = []
    readers = [threading.Thread(target=lambda: answers.append(ask(cache))) for _ in range(3)]
    for reader in readers:
        reader.start()
    wait_until(lambda: site.renders == 1)

    site.gate.set()

    for reader in readers:
        reader.join()
    assert [answer.status for answer in answers] == ["400 Bad Request"] * 3


def test_a_crowd_that_asks_for_what_is_slow_leaves_threads_for_what_is_ready(cache: PageCache, site: Site) -> None:
    site.gate.clear()
    cache.turns.renders.patience = cache.turns.forms.patience = 5
    posts = [threading.Thread(target=lambda: ask(cache, "/accounts/login/", REQUEST_METHOD="POST")) for _ in range(3)]
    pages = [threading.Thread(target=ask, args=(cache, f"/{number}/")) for number in range(7)]
    for thread in (*posts, *pages):
        thread.start()
    wait_until(lambda: cache.turns.forms._room._value == 0 and cache.turns.public._value == 1)

    started = time.monotonic()
    post, page = ask(cache, "/accounts/login/", REQUEST_METHOD="POST"), ask(cache, "/more/")
    waited = time.monotonic() - started

    site.gate.set()
    for thread in (*posts, *pages):
        thread.join()
    assert (post.body, page.body) == (BUSY.encode(), BUSY.encode())
    assert waited < 0.5
    assert cache.counters.refused == 2


def test_sixteen_readers_of_one_slow_page_leave_threads_for_what_is_ready(cache: PageCache, site: Site) -> None:
    site.gate.clear()
    cache._flights.soon = 0.1
    answers: list[Answer] = []
    readers = [threading.Thread(target=lambda: answers.append(ask(cache, "/slow/"))) for _ in range(16)]
    for reader in readers:
        reader.start()

    wait_until(lambda: len(answers) == 12)  # one makes the page, three wait for it

    assert {answer.body for answer in answers} == {BUSY.encode()}
    site.gate.set()
    for reader in readers:
        reader.join()
    assert site.renders == 1


@pytest.mark.parametrize(
    "other",
    [
        {"HTTP_HOST": "tracker.test:81"},
        {"HTTP_HOST": "evil.test"},
        {"REQUEST_METHOD": "POST"},
        {"HTTP_COOKIE": "session=x"},
    ],
)
@pytest.mark.parametrize("path", ["/pledges/", "/static/lemon.css", "/media/lemon.png"])
def test_what_readers_ask_for_in_any_way_takes_no_turn_of_editors(
    path: str, other: dict[str, str], cache: PageCache, site: Site
) -> None:
    held: list[int] = []
    site.while_rendering = lambda: held.append(cache.turns.forms._room._value)

    ask(cache, path, **other)

    assert held == [3]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_is_answered_however_busy_the_site_is(path: str, cache: PageCache) -> None:
    with cache.turns.forms.one(), cache.turns.forms.one(), cache.turns.renders.one(), cache.turns.files.one():
        assert ask(cache, path).status == "200 OK"


def test_a_style_sheet_comes_however_busy_the_site_is(cache: PageCache) -> None:
    with cache.turns.forms.one(), cache.turns.forms.one(), cache.turns.renders.one():
        assert ask(cache, "/static/css/site.css").status == "200 OK"
