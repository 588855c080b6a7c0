"""Readers who ask at the same moment, and who waits for whom."""

import threading
import time

from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Answer, Journal, Site, ask, make_old
from tracker.page_cache.wrapper import BUSY, PageCache


def test_a_thousand_readers_of_one_page_have_it_made_once(cache: PageCache, site: Site) -> None:
    site.gate.clear()
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
    ask(cache, "/pledges/a/"), ask(cache, "/pledges/b/")
    make_old(cache, "/pledges/a/")
    make_old(cache, "/pledges/b/")
    with cache._renders.one():
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
    posts = [threading.Thread(target=lambda: ask(cache, "/accounts/login/", REQUEST_METHOD="POST")) for _ in range(6)]
    pages = [threading.Thread(target=ask, args=(cache, f"/{number}/")) for number in range(7)]
    for thread in (*posts, *pages):
        thread.start()
    wait_until(lambda: site.renders == 3)  # two of the editors' and one reader's; the others wait or were refused

    started = time.monotonic()
    post, page = ask(cache, "/accounts/login/", REQUEST_METHOD="POST"), ask(cache, "/more/")
    waited = time.monotonic() - started

    site.gate.set()
    for thread in (*posts, *pages):
        thread.join()
    assert (post.body, page.body) == (BUSY.encode(), BUSY.encode())
    assert waited < 0.15


def test_a_style_sheet_comes_however_busy_the_site_is(cache: PageCache) -> None:
    with cache._passes.one(), cache._passes.one(), cache._renders.one():
        assert ask(cache, "/static/css/site.css").status == "200 OK"
