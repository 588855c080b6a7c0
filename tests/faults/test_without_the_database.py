"""The database stops, freezes and comes back while readers ask: pages that were seen stay, and nobody waits in vain."""

import http.client
import os
import re
import signal
import time
from collections.abc import Iterator
from statistics import median, quantiles
from urllib.parse import urlencode

import pytest

from tests.both_databases import DATABASE
from tests.faults.conftest import Site
from tests.servers import Reply, crowd, wait_until

pytestmark = [
    pytest.mark.skipif(DATABASE != "postgresql", reason="SQLite is a file: it does not go away by itself."),
    pytest.mark.usefixtures("crowd_of_its_own"),
]

RECOVERY = 5.0  # seconds
TYPED = "All that an editor typed & nobody else"


@pytest.fixture
def warm(site: Site) -> Iterator[list[str]]:
    """The addresses of pages that both processes have seen."""
    site.settle()
    yield site.addresses()
    site.settle()


@pytest.fixture
def _stopped(site: Site) -> Iterator[None]:
    assert site.cluster is not None
    site.cluster.halt()
    yield
    site.cluster.resume()


def assert_refused(reply: Reply) -> None:
    assert reply.status == http.client.SERVICE_UNAVAILABLE
    assert reply.headers["retry-after"] == "30"
    assert reply.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "Our database does not answer." in reply.text


def slowest(replies: list[Reply]) -> float:
    """Give the time within which ninety-nine of a hundred were answered."""
    return quantiles((reply.seconds for reply in replies), n=100)[-1]


def test_a_database_that_stops_under_load(site: Site, warm: list[str]) -> None:
    assert site.cluster is not None
    with crowd(site.server, lambda number: warm[number % len(warm)]) as replies:
        time.sleep(1)
        site.cluster.halt()
        time.sleep(4)
        site.cluster.resume()
        back_at = time.monotonic()
        wait_until(lambda: not site.server.get(warm[0]).is_stale, patience=RECOVERY)
        time.sleep(1)

    assert {reply.status for reply in replies} == {http.client.OK}
    stale = [reply for reply in replies if reply.is_stale]
    assert stale
    assert all(int(reply.headers["age"]) >= 0 for reply in stale)
    assert not any(reply.is_stale for reply in replies if reply.at > back_at + RECOVERY)
    assert slowest(replies) < 0.5


@pytest.mark.usefixtures("warm", "_stopped")
def test_a_page_never_seen_is_refused_in_the_sites_own_words(site: Site) -> None:
    time.sleep(2)
    replies = [site.server.get(f"/pledges/?q={number}") for number in range(5)]
    replies += [site.server.get("/nowhere"), site.server.get("/privacy/"), site.server.get("/admin/")]

    for reply in replies:
        assert_refused(reply)
    assert max(reply.seconds for reply in replies) < 1  # nobody waited for the database, which takes longer to give up


def sent_without_it(site: Site, path: str, typed: dict[str, str], **headers: str) -> list[Reply]:
    """Send a form at once after the database stopped, and when that is known."""
    form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
    first = site.server.ask("POST", path, body=urlencode(typed), headers=form)
    time.sleep(2)
    return [first, site.server.ask("POST", path, body=urlencode(typed), headers=form)]


@pytest.mark.usefixtures("warm", "_stopped")
def test_what_an_editor_typed_is_given_back(site: Site) -> None:
    replies = sent_without_it(
        site, "/admin/pledges/pledge/1/change/", {"headline": TYPED}, Cookie=f"session={'a' * 32}"
    )

    for reply in replies:
        assert reply.status == http.client.SERVICE_UNAVAILABLE
        assert "Nothing was saved" in reply.text
        assert "All that an editor typed &amp; nobody else" in reply.text


@pytest.mark.usefixtures("warm", "_stopped")
def test_the_address_that_a_reader_typed_is_given_back_and_not_logged(site: Site) -> None:
    for reply in sent_without_it(site, "/newsletter/", {"address": "ada@lemons.example"}):
        assert_refused(reply)
        assert 'value="ada@lemons.example"' in reply.text
    assert "lemons.example" not in site.server.log


@pytest.mark.usefixtures("warm", "_stopped")
def test_what_needs_no_database_is_served_without_it(site: Site) -> None:
    time.sleep(2)

    style_sheet = re.search(rb'<link rel="stylesheet" href="([^"]+)">', site.server.get(site.addresses()[0]).body)
    assert style_sheet
    assert site.server.get(style_sheet[1].decode()).status == http.client.OK
    assert site.server.get("/healthz").status == http.client.OK
    readiness = site.server.get("/readyz")
    assert readiness.status == http.client.SERVICE_UNAVAILABLE
    assert "the database does not answer" in readiness.text


def test_a_database_that_freezes_under_load(site: Site, warm: list[str]) -> None:
    assert site.cluster is not None
    unseen = (f"/pledges/?topic=unseen-{number}" for number in range(100_000))
    with crowd(site.server, lambda number: warm[number % len(warm)], readers=4) as hot:
        with crowd(site.server, lambda _number: next(unseen), readers=10, pause=0.1) as cold:
            time.sleep(0.5)
            os.kill(site.cluster.processes()[0], signal.SIGSTOP)  # it makes no more
            for pid in site.cluster.processes()[1:]:
                os.kill(pid, signal.SIGSTOP)
            frozen_at = time.monotonic()
            time.sleep(6)
            thawed_at = time.monotonic()
            for pid in site.cluster.processes():
                os.kill(pid, signal.SIGCONT)
        wait_until(lambda: site.is_fresh(warm[0]), patience=RECOVERY)

    assert {reply.status for reply in hot} == {http.client.OK}
    assert slowest(hot) < 0.5
    meanwhile = [reply for reply in cold if frozen_at < reply.at - reply.seconds < thawed_at]
    assert slowest(meanwhile) < 2.5
    known = [reply for reply in meanwhile if reply.at - reply.seconds > frozen_at + 2]
    assert median(reply.seconds for reply in known) < 0.1
    assert max(reply.seconds for reply in meanwhile) < 2.5  # of whoever was having a page made, too
    for reply in known:
        assert_refused(reply)
    assert site.server.get("/pledges/?family=kept").status == http.client.OK


def test_a_page_withdrawn_before_the_database_stops_is_gone_everywhere(site: Site, warm: list[str]) -> None:
    assert site.cluster is not None
    slug = site.slugs.pop()
    address = f"/pledges/{slug}/"

    with crowd(site.server, lambda number: address if number % 2 else warm[0], readers=4) as replies:
        site.tell("withdraw", slug)
        withdrawn_at = time.monotonic()
        time.sleep(1.5)
        site.cluster.halt()
        time.sleep(3)
    site.cluster.resume()

    late = [reply for reply in replies if reply.at - reply.seconds > withdrawn_at + 1]
    asked = [reply for reply in late if reply.path == address]
    assert {reply.status for reply in asked} <= {http.client.GONE, http.client.SERVICE_UNAVAILABLE}
    assert not any("Lemons." in reply.text for reply in asked)
    others = {reply.status for reply in late if reply.path != address}
    assert others == {http.client.OK}  # the purge took nothing else
