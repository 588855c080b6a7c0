"""The cache around an application that counts how often it is asked."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest

from pledges import last_purge
from tests.tracker.page_cache.test_last_pages import wait_until
from tracker.page_cache.journal import Moved
from tracker.page_cache.keys import Address
from tracker.page_cache.last_pages import LastPages
from tracker.page_cache.memory import Memory
from tracker.page_cache.wrapper import BUSY, REFUSAL, SILENT, PageCache, _seconds_to_midnight


@dataclass
class Site:
    """Stands in for Django: answers with what it was told to, and counts."""

    status: str = "200 OK"
    headers: list[tuple[str, str]] = field(default_factory=lambda: [("Surrogate-Key", "site pledge:a")])
    body: bytes = b"Lemons."
    renders: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    while_rendering: Any = None

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        self.asked.append(environ)
        if REFUSAL in environ:
            start_response("503 Service Unavailable", [])
            return iter([str(environ[REFUSAL]).encode()])
        self.renders += 1
        body = self.body
        self.gate.wait(5)
        if self.while_rendering:
            self.while_rendering()
        start_response(self.status, list(self.headers))
        return iter([body])


class Journal:
    """Stands in for the thread that reads the journal."""

    def __init__(self, cache: PageCache) -> None:
        self.cache = cache
        self.position: int | None = 1
        self.is_silent = False
        self.moves: list[Moved] = []

    def make_sure_it_runs(self) -> None:
        """It runs as the test says."""

    def look_now(self, _patience: float) -> bool:
        return not self.is_silent

    def has_moved(self, since: int | None, tags: frozenset[str] | None) -> bool:
        newer = [moved for moved in self.moves if moved.number > (since or 0)]
        return any(tags is None or not moved.tags.isdisjoint(tags) for moved in newer)

    def move(self, *tags: str) -> None:
        moved = Moved((self.position or 0) + 1, frozenset(tags))
        self.moves.append(moved)
        self.cache._take_in(moved)
        self.position = moved.number


@dataclass
class Answer:
    status: str
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def cache(site: Site, tmp_path: Path) -> PageCache:
    made = PageCache(
        site,
        Address(urlsplit("http://tracker.test"), behind_proxy=False, session_cookie="session"),
        pages=Memory(10_000_000),
        refusals=Memory(1_000_000),
        last_pages=LastPages(tmp_path, release="one", max_age=60, most_bytes=1_000_000),
    )
    made.journal = Journal(made)  # type: ignore[assignment]
    return made


@pytest.fixture
def journal(cache: PageCache) -> Journal:
    assert isinstance(cache.journal, Journal)
    return cache.journal


def ask(cache: PageCache, path: str = "/pledges/a/", **more: str) -> Answer:
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "HTTP_HOST": "tracker.test",
        "wsgi.url_scheme": "http",
        **more,
    }
    body = b"".join(cache(environ, lambda status, headers, _exc=None: said.extend([status, headers])))
    return Answer(said[0], dict(said[1]), body)


def test_the_second_reader_gets_the_bytes_of_the_first(cache: PageCache, site: Site) -> None:
    first, second = ask(cache), ask(cache)

    assert first.body == second.body == b"Lemons."
    assert site.renders == 1


def test_head_is_answered_from_the_same_bytes(cache: PageCache, site: Site) -> None:
    head, got = ask(cache, REQUEST_METHOD="HEAD"), ask(cache)

    assert (head.status, head.headers, head.body) == (got.status, got.headers, b"")
    assert site.renders == 1


def test_who_has_the_bytes_already_gets_none(cache: PageCache) -> None:
    etag = ask(cache).headers["ETag"]

    answer = ask(cache, HTTP_IF_NONE_MATCH=f'"other", W/{etag}')

    assert (answer.status, answer.body) == ("304 Not Modified", b"")
    assert answer.headers["ETag"] == etag


def test_a_moved_tag_has_the_page_made_anew(cache: PageCache, site: Site, journal: Journal) -> None:
    ask(cache)
    site.body = b"Limes."

    journal.move("pledge:a", "lists")

    assert ask(cache).body == b"Limes."


def test_another_tag_leaves_it(cache: PageCache, site: Site, journal: Journal) -> None:
    ask(cache)

    journal.move("pledge:b", "lists")

    ask(cache)
    assert site.renders == 1


def test_a_page_overtaken_by_a_publication_is_made_again_at_once(
    cache: PageCache, site: Site, journal: Journal
) -> None:
    def publish() -> None:
        site.while_rendering, site.body = None, b"Limes."
        journal.move("pledge:a")

    site.while_rendering = publish

    assert ask(cache).body == b"Limes."
    assert (ask(cache).body, site.renders) == (b"Limes.", 2)


def test_a_page_that_is_always_overtaken_is_served_but_not_kept(cache: PageCache, site: Site, journal: Journal) -> None:
    site.while_rendering = lambda: journal.move("pledge:a")

    assert ask(cache).status == "200 OK"
    assert cache.pages.find("/pledges/a/") is None


@pytest.mark.parametrize(
    "headers", [[], [("Set-Cookie", "a=b")], [("Cache-Control", "private")], [("Cache-Control", "no-store")]]
)
def test_what_is_for_one_person_is_never_kept(headers: list[tuple[str, str]], cache: PageCache, site: Site) -> None:
    site.headers = [("Surrogate-Key", "site"), *headers] if headers else []

    ask(cache), ask(cache)

    assert site.renders == 2


def test_nothing_of_the_first_reader_reaches_the_page(cache: PageCache, site: Site) -> None:
    ask(cache, HTTP_COOKIE="a=b", HTTP_USER_AGENT="lemon", HTTP_ACCEPT_LANGUAGE="de", REMOTE_ADDR="10.0.0.1")

    (asked,) = site.asked
    assert {name for name in asked if name.startswith("HTTP_")} == {"HTTP_HOST"}
    assert asked["REMOTE_ADDR"] == ""


def test_an_editor_is_answered_anew_and_leaves_nothing(cache: PageCache, site: Site) -> None:
    ask(cache)
    site.body = b"Limes."

    assert ask(cache, HTTP_COOKIE="session=x").body == b"Limes."
    assert ask(cache).body == b"Lemons."


@pytest.mark.parametrize(
    "tag", ["lists", "log", "pledge:a"]
)  # the address of the first checkpoint is told by "log" alone
@pytest.mark.parametrize("status", ["404 Not Found", "410 Gone", "451 Unavailable For Legal Reasons"])
def test_a_page_that_is_not_there_is_kept_for_a_while_and_until_anything_changes(
    status: str, tag: str, cache: PageCache, site: Site, journal: Journal
) -> None:
    site.status, site.headers = status, []
    assert ask(cache, "/a").status == ask(cache, "/a").status == status
    assert site.renders == 1

    journal.move(tag)

    ask(cache, "/a")
    assert site.renders == 2


def test_a_page_that_was_not_there_while_it_came_is_not_kept(cache: PageCache, site: Site, journal: Journal) -> None:
    def comes() -> None:
        site.while_rendering, site.status = None, "200 OK"
        journal.move("log")

    site.status, site.while_rendering = "404 Not Found", comes
    ask(cache, "/a")

    assert ask(cache, "/a").status == "200 OK"


def test_an_error_is_not_kept(cache: PageCache, site: Site) -> None:
    site.status = "500 Internal Server Error"
    assert ask(cache).status == site.status
    site.status = "200 OK"

    assert ask(cache).status == "200 OK"


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


def make_old(cache: PageCache, key: str) -> None:
    entry = cache.pages.last(key)
    assert entry is not None
    entry.expires_at = 0


def test_at_midnight_every_page_is_made_anew(cache: PageCache, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.page_cache.wrapper._seconds_to_midnight", lambda _now: 0.2)
    ask(cache), ask(cache)
    assert site.renders == 1

    time.sleep(0.25)

    ask(cache)
    assert site.renders == 2


def test_midnight_is_that_of_the_site_on_the_day_the_clocks_go_back() -> None:
    half_past_midnight = datetime(2026, 10, 25, 0, 30, tzinfo=ZoneInfo("Europe/London"))

    assert _seconds_to_midnight(half_past_midnight) == 24.5 * 3600


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


@pytest.mark.parametrize("status", ["302 Found", "301 Moved Permanently"])
def test_a_way_to_another_address_is_kept_for_a_while(status: str, cache: PageCache, site: Site) -> None:
    site.status, site.headers = status, [("Location", "/pledges/")]

    assert ask(cache).headers["Location"] == ask(cache).headers["Location"] == "/pledges/"
    assert site.renders == 1


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found"])
def test_a_refusal_for_one_person_is_not_kept(status: str, cache: PageCache, site: Site) -> None:
    site.status, site.headers = status, [("Cache-Control", "no-store")]

    ask(cache), ask(cache)

    assert site.renders == 2


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


def test_memory_stays_flat_over_many_addresses(cache: PageCache, site: Site) -> None:
    site.body = b"Lemons." * 4_000
    for number in range(2_000):
        ask(cache, f"/pledges/{number}/")

    assert cache.pages.bytes <= 10_000_000
    assert not cache._flights
