"""A process that comes after another, or lives beside it, takes the pages that are true from the disk."""

from pathlib import Path

import pytest

from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Journal, Site, ask, make_cache
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


def journal_of(cache: PageCache) -> Journal:
    assert isinstance(cache.journal, Journal)
    return cache.journal
