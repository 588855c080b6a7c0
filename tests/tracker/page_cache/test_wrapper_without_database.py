"""What readers get while the database is silent or fails, and what they must not get."""

import time
from pathlib import Path

import pytest

from pledges import last_purge
from tests.servers import wait_until
from tests.tracker.page_cache.stand_ins import Journal, Site, ask, make_old
from tracker.page_cache.journal import Moved
from tracker.page_cache.unavailable import SILENT
from tracker.page_cache.wrapper import PageCache


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
    journal.move("pledge:a")
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


@pytest.mark.parametrize("is_another_process", [True, False])
def test_a_purge_does_not_make_true_again_what_an_outage_brought_back_from_disk(
    is_another_process: bool,  # noqa: FBT001
    cache: PageCache,
    journal: Journal,
) -> None:
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("pledge:a")  # corrected, and not yet made anew
    if is_another_process:
        journal.forget()
    journal.is_silent = True
    assert ask(cache).headers["X-Served"] == "stale"
    journal.is_silent = False

    journal.move("pledge:z", "purge:pledge:z")

    with cache.turns.renders.one():
        assert ask(cache).status == "503 Service Unavailable"
    journal.is_silent = True
    assert ask(cache).status == "503 Service Unavailable"


def test_two_purges_leave_what_neither_names(cache: PageCache, journal: Journal) -> None:
    ask(cache)
    journal._tell(Moved(2, frozenset({"pledge:b", "purge:pledge:b"})))
    journal._tell(Moved(3, frozenset({"pledge:c", "purge:pledge:c"})))
    journal.position = 3

    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.is_silent = True
    assert ask(cache).headers["X-Served"] == "stale"


def test_after_a_database_was_put_back_pages_are_kept_again(cache: PageCache, journal: Journal) -> None:
    journal.move_to(505, "pledge:z", "purge:pledge:z")

    journal.move_to(503)

    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.is_silent = True
    assert ask(cache).headers["X-Served"] == "stale"


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "410 Gone"])
def test_without_the_database_a_way_or_an_end_that_was_seen_is_told_again(
    status: str, cache: PageCache, site: Site, journal: Journal
) -> None:
    site.status = status
    site.headers.append(("Location", "/lemons/"))
    ask(cache)
    wait_until(lambda: cache.last_pages.find("/pledges/a/") is not None)
    journal.move("lists")
    journal.is_silent = True

    answer = ask(cache)

    assert (answer.status, answer.headers["X-Served"]) == (status, "stale")
    assert answer.headers["Location"] == "/lemons/"


def test_without_the_database_what_was_not_there_is_still_not_there(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    site.status = "404 Not Found"
    ask(cache)
    refusal = cache.refusals.last("/pledges/a/")
    assert refusal is not None
    refusal.expires_at = 0
    journal.is_silent = True

    assert ask(cache).status == "404 Not Found"
    journal.is_silent = False
    journal.move("pledge:a")  # anything may bring it
    journal.is_silent = True
    assert ask(cache).status == "503 Service Unavailable"


def test_what_was_not_there_is_not_written(cache: PageCache, site: Site) -> None:
    site.status = "404 Not Found"
    ask(cache)
    site.status = "200 OK"
    ask(cache, "/pledges/b/")

    wait_until(lambda: cache.last_pages.find("/pledges/b/") is not None)

    assert cache.last_pages.find("/pledges/a/") is None


def test_without_the_database_an_editor_reads_what_all_read(cache: PageCache, journal: Journal) -> None:
    ask(cache)
    journal.is_silent = True

    answer = ask(cache, HTTP_COOKIE="session=x")

    assert (answer.status, answer.body, answer.headers["X-Served"]) == ("200 OK", b"Lemons.", "stale")


def test_a_database_that_fails_an_editor_gives_way_to_the_last_good_page(cache: PageCache, site: Site) -> None:
    ask(cache)
    site.status = "503 Service Unavailable"

    assert ask(cache, HTTP_COOKIE="session=x").headers["X-Served"] == "stale"


def test_without_a_turn_an_editor_reads_what_is_still_true(cache: PageCache, journal: Journal) -> None:
    ask(cache)
    with cache.turns.renders.one():
        assert ask(cache, HTTP_COOKIE="session=x").headers["X-Served"] == "stale"

        journal.move("pledge:a")

        assert ask(cache, HTTP_COOKIE="session=x").status == "503 Service Unavailable"


def test_a_question_that_django_must_judge_has_no_last_page(cache: PageCache, journal: Journal) -> None:
    ask(cache)
    journal.is_silent = True

    assert ask(cache, QUERY_STRING="q=%00").status == "503 Service Unavailable"


def test_a_page_seen_just_before_the_database_went_is_shown_however_short_that_may_be(
    cache: PageCache, journal: Journal
) -> None:
    ask(cache)
    entry = cache.pages.find("/pledges/a/")
    assert entry is not None
    kept_for = entry.expires_at - time.monotonic()
    assert kept_for < cache.last_pages.max_age - 20
    entry.rendered_at -= kept_for  # so it is the oldest that anybody can have seen
    journal.is_silent = True

    assert ask(cache).headers["X-Served"] == "stale"


def test_an_editors_form_is_not_sent_into_a_database_that_is_gone(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    journal.is_silent = True

    assert ask(cache, "/admin/", REQUEST_METHOD="POST").body == SILENT.encode()
    assert site.renders == 0
