"""What readers get while the database is silent or fails, and what they must not get."""

from pathlib import Path

import pytest

from pledges import last_purge
from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Journal, Site, ask, make_old
from tracker.page_cache.wrapper import SILENT, PageCache


def test_without_the_database_a_kept_page_says_how_old_it_is(cache: PageCache, journal: Journal) -> None:
    ask(cache)
    journal.is_silent = True

    answer = ask(cache)

    assert (answer.status, answer.headers["X-Served"]) == ("200 OK", "stale")
    assert int(answer.headers["Age"]) >= 0


def test_without_the_database_the_last_good_page_is_served_from_disk(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("pledge:a")
    journal.is_silent = True

    answer = ask(cache)

    assert (answer.body, answer.headers["X-Served"], site.renders) == (b"Lemons.", "stale", 1)


@pytest.mark.parametrize("is_restarted", [True, False])
def test_what_was_withdrawn_while_nobody_read_the_journal_is_not_served_without_the_database(
    is_restarted: bool,  # noqa: FBT001
    cache: PageCache,
    journal: Journal,
    tmp_path: Path,
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    if is_restarted:
        cache.pages.drop_all()
    last_purge.write(tmp_path, 2)
    journal.is_silent = True

    assert ask(cache).status == "503 Service Unavailable"


def test_without_the_database_an_unknown_page_is_refused_at_once(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    journal.is_silent = True

    answer = ask(cache)

    assert (answer.status, answer.body, site.renders) == ("503 Service Unavailable", SILENT.encode(), 0)


def test_a_database_that_fails_gives_way_to_the_last_good_page(cache: PageCache, site: Site, journal: Journal) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("pledge:a")
    site.status = "503 Service Unavailable"

    assert (ask(cache).status, ask(cache).headers["X-Served"]) == ("200 OK", "stale")


def test_a_page_that_cannot_be_made_is_not_hidden_behind_what_is_no_longer_true(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("pledge:a")
    site.status = "500 Internal Server Error"

    assert ask(cache).status == site.status


def test_a_page_that_cannot_be_made_again_though_nothing_moved_is_the_last_good_one(
    cache: PageCache, site: Site
) -> None:
    ask(cache)
    make_old(cache, "/pledges/a/")
    site.status = "500 Internal Server Error"

    assert (ask(cache).status, ask(cache).headers["X-Served"]) == ("200 OK", "stale")


def test_long_without_the_database_pages_come_from_memory_even_when_their_time_is_over(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    make_old(cache, "/pledges/a/")
    cache.last_pages.find = lambda _key: None  # type: ignore[assignment,method-assign]
    journal.is_silent = True

    assert ask(cache).headers["X-Served"] == "stale"


def test_a_page_from_disk_is_made_anew_once_the_database_is_back(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    cache.pages.drop_all()
    journal.is_silent = True
    assert ask(cache).headers["X-Served"] == "stale"
    assert len(cache.pages) == 1  # unpacked once

    journal.is_silent = False

    assert "X-Served" not in ask(cache).headers
    assert site.renders == 2


def test_a_purge_leaves_what_it_does_not_name(cache: PageCache, site: Site, journal: Journal) -> None:
    site.headers = [("Surrogate-Key", "site pledge:b")]
    ask(cache, "/pledges/b/")
    wait_until(lambda: cache.last_pages.find("/pledges/b/") is not None)

    journal.move("pledge:a", "purge:pledge:a")

    wait_until(lambda: cache.last_pages.find("/pledges/b/") is not None)
    journal.is_silent = True
    assert ask(cache, "/pledges/b/").headers["X-Served"] == "stale"


def test_what_was_purged_is_shown_no_more_even_without_the_database(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)

    journal.move("pledge:a", "purge:pledge:a")

    journal.is_silent = True
    assert ask(cache).status == "503 Service Unavailable"


def test_an_editors_form_is_not_sent_into_a_database_that_is_gone(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    journal.is_silent = True

    assert ask(cache, "/admin/", REQUEST_METHOD="POST").body == SILENT.encode()
    assert site.renders == 0
