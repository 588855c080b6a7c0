"""The cache around an application that counts how often it is asked."""

import random
import time

import pytest

from pledges.views.reading import TRUE_UNTIL
from tests.tracker.page_cache.stand_ins import Journal, Site, ask
from tracker.page_cache.wrapper import PageCache


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


def test_at_midnight_every_page_is_made_anew(cache: PageCache, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.page_cache.freshness.seconds_to_midnight", lambda _now: 0.2)
    ask(cache), ask(cache)
    assert site.renders == 1

    time.sleep(0.25)

    ask(cache)
    assert site.renders == 2


def test_a_page_that_says_when_it_will_be_another_is_made_anew_then(cache: PageCache, site: Site) -> None:
    site.headers.append((TRUE_UNTIL, str(time.time() + 20)))

    assert TRUE_UNTIL not in ask(cache).headers

    entry = cache.pages.find("/pledges/a/")
    assert entry is not None
    assert 0 < entry.expires_at - time.monotonic() <= 20


def test_what_a_page_says_to_the_cache_alone_reaches_no_editor(cache: PageCache, site: Site) -> None:
    site.headers.append((TRUE_UNTIL, str(time.time() + 60)))

    assert TRUE_UNTIL not in ask(cache, HTTP_COOKIE="session=x").headers


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


def test_memory_stays_flat_over_many_addresses(cache: PageCache, site: Site) -> None:
    chance = random.Random(1)  # noqa: S311 (nothing that packs well)
    for number in range(1_000):
        site.body = chance.randbytes(7_000)
        ask(cache, f"/pledges/{number}/")

    assert 5_000_000 < cache.pages.bytes <= 10_000_000
    assert not cache._flights
