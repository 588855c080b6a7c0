"""A process that comes after another, or lives beside it, takes the pages that are true from the disk."""

import threading
from pathlib import Path

import pytest

from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Answer, Journal, Site, ask, make_cache
from tracker.page_cache.wrapper import PageCache

FRESH = "/pledges/a/"


@pytest.fixture
def other(site: Site, cache: PageCache, tmp_path: Path) -> PageCache:
    """Another process of the same server, which has the page of a pledge on the disk already."""
    made = make_cache(site, tmp_path)
    made.last_pages._server = cache.last_pages._server
    ask(cache)
    wait_until(lambda: cache.last_pages.find(FRESH) is not None)
    return made


def test_a_page_that_is_true_is_not_made_again(other: PageCache, site: Site) -> None:
    answer = ask(other)

    assert (answer.status, answer.body, site.renders) == ("200 OK", b"Lemons.", 1)
    assert "X-Served" not in answer.headers
    assert ask(other).body == b"Lemons."
    assert other.counters.hits == 1


def test_what_another_pledge_moved_is_true_still(other: PageCache, site: Site) -> None:
    journal_of(other).move("pledge:b")

    ask(other)

    assert site.renders == 1


def test_a_page_that_moved_is_made_anew(other: PageCache, site: Site) -> None:
    journal_of(other).move("pledge:a")

    assert "X-Served" not in ask(other).headers
    assert site.renders == 2


def test_a_page_that_moved_is_not_fresh_once_the_database_is_back(other: PageCache, site: Site) -> None:
    journal = journal_of(other)
    journal.move("pledge:a")
    journal.is_silent = True
    assert ask(other).headers["X-Served"] == "stale"

    journal.is_silent = False

    ask(other)
    assert site.renders == 2


def test_before_the_first_look_at_the_journal_nothing_on_the_disk_is_fresh(other: PageCache, site: Site) -> None:
    journal_of(other)._looked_from = None

    ask(other)

    assert site.renders == 2


def test_a_page_that_another_server_made_is_made_anew(other: PageCache, site: Site) -> None:
    other.last_pages._server = "another"

    ask(other)

    assert site.renders == 2


@pytest.mark.parametrize("status", ["301 Moved Permanently", "410 Gone"])
def test_without_the_database_an_end_that_was_seen_is_not_hidden_by_the_page_before(
    status: str, cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("pledge:a")
    site.status = status
    site.headers.append(("Location", "/lemons/"))
    ask(cache)
    wait_until(lambda: (entry := cache.last_pages.find("/pledges/a/")) is not None and entry.status == status)
    journal.move("pledge:b")  # which drops all answers that are no pages
    journal.is_silent = True

    assert ask(cache).status == status


def test_a_journal_that_fell_silent_while_one_waited_for_a_turn_makes_no_page_fresh(
    cache: PageCache, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    cache.pages.drop_all()
    answers: list[Answer] = []
    reader = threading.Thread(target=lambda: answers.append(ask(cache)))
    with cache.turns.renders.one():
        reader.start()
        wait_until(lambda: len(cache._flights) == 1)
        journal.is_silent = True
    reader.join()

    assert answers[0].headers["X-Served"] == "stale"


def journal_of(cache: PageCache) -> Journal:
    assert isinstance(cache.journal, Journal)
    return cache.journal
