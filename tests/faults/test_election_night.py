"""Full load: publications, corrections, crowds on one page, on no page and on slow ones, killed processes, full disks."""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.conftest import Site
from tests.servers import Reply, Server, crowd, serve, wait_until

pytestmark = pytest.mark.usefixtures("crowd_of_its_own")

SECOND = 1.0
CLIENTS = 200
SLOW_SENDERS = 8
READERS = 8
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UNCACHEABLE = ["/lemons-{}/", "/pledges/?q=lemon-{}", "/static/{}.css", "/media/{}.png", "/readyz?{}"]
BACK = 6.0  # seconds


def renders(server: Server) -> dict[int, int]:
    """Give how many pages each process has made so far."""
    counted: dict[int, int] = {}
    wait_until(lambda: len(counted) == len(server.workers()) or bool(counted.update([_of_one(server)])))
    return counted


def _of_one(server: Server) -> tuple[int, int]:
    said = json.loads(server.get("/readyz").body)["page_cache"]
    return said["process"], said["renders"]


def test_a_publication_at_full_load_is_everywhere_within_a_second(site: Site) -> None:
    site.settle()
    slug = site.slugs[0]
    address = f"/pledges/{slug}/"
    with crowd(site.server, lambda _number: address, readers=12) as replies:
        time.sleep(1)
        number = site.tell("correct", slug)
        public_at = time.monotonic()
        time.sleep(2)

    assert {reply.status for reply in replies} == {http.client.OK}
    assert len({reply.body for reply in replies}) == 2
    late = [reply for reply in replies if reply.at - reply.seconds > public_at + SECOND]
    assert len({reply.headers["etag"] for reply in late}) == 1
    assert len(Counter(reply.headers["etag"] for reply in replies)) == 2
    assert f"edition {number},".encode() in site.server.get(address).body


def test_a_correction_every_second_under_random_reading(site: Site) -> None:
    site.settle()
    addresses = ["/", "/pledges/", "/topics/", *site.addresses()]
    corrected: dict[str, list[tuple[float, int]]] = {address: [] for address in addresses}
    with crowd(site.server, lambda number: addresses[number * 7919 % len(addresses)]) as replies:
        for slug in site.slugs[1:6]:
            number = site.tell("correct", slug)
            corrected[f"/pledges/{slug}/"].append((time.monotonic(), number))
            time.sleep(0.8)
        time.sleep(1.2)

    assert {reply.status for reply in replies} == {http.client.OK}
    for address, editions in corrected.items():
        for public_at, number in editions:
            late = [r for r in replies if r.path == address and r.at - r.seconds > public_at + SECOND]
            assert all(edition_of(reply) >= number for reply in late)


def edition_of(reply: Reply) -> int:
    return int(reply.text.rpartition(", edition ")[2].partition(",")[0])


def test_two_hundred_readers_of_a_page_just_corrected_have_it_made_once_a_process(site: Site) -> None:
    slug = site.slugs[7]
    request = f"GET /pledges/{slug}/ HTTP/1.1\r\nHost: 127.0.0.1:{site.server.port}\r\nConnection: close\r\n\r\n"
    site.server.get(f"/pledges/{slug}/")
    before = renders(site.server)
    with_connections = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(CLIENTS)]
    site.tell("correct", slug)
    time.sleep(0.7)  # every process has dropped it

    for connection in with_connections:
        connection.sendall(request.encode())
    statuses = Counter(connection.makefile("rb").readline() for connection in with_connections)

    for connection in with_connections:
        connection.close()
    assert statuses == {b"HTTP/1.1 200 OK\r\n": CLIENTS}
    time.sleep(SECOND)  # so long each process keeps what it says of itself
    after = renders(site.server)
    assert all(after[process] - before[process] <= 1 for process in after)


@pytest.mark.parametrize(
    "address",
    [*UNCACHEABLE, "/pledges/?topic=lemon-{}", "/accounts/login/?lemon={}", "/log/entries.jsonl?{}"],
)
def test_sixteen_readers_of_what_cannot_be_kept_leave_room_for_the_others(address: str, site: Site) -> None:
    hot = site.addresses()[8]
    for _ in range(6):
        site.server.get(hot)
    with (
        crowd(site.server, address.format, readers=16, pause=0) as cold,
        crowd(site.server, lambda _number: hot, readers=2) as replies,
    ):
        time.sleep(2)

    assert {reply.status for reply in replies} == {http.client.OK}
    assert len(replies) > 40
    assert sorted(reply.seconds for reply in replies)[len(replies) // 2] < 0.2
    assert {reply.status for reply in cold} <= {200, 400, 404, 503}


def test_some_slow_senders_leave_room_for_the_others(site: Site) -> None:
    """Each holds a thread: only the proxy in front, which reads requests whole, makes any number of them harmless."""
    senders = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(SLOW_SENDERS)]
    for sender in senders:
        sender.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    try:
        with crowd(site.server, lambda _number: site.addresses()[8], readers=2) as replies:
            time.sleep(1)
    finally:
        for sender in senders:
            sender.close()

    assert {reply.status for reply in replies} == {http.client.OK}
    assert len(replies) > 40


@contextmanager
def strangers_of(server: Server, address: str) -> Iterator[list[Reply]]:
    """One reader after the other, each with a connection of their own, which nobody tries again."""
    replies: list[Reply] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            replies.append(server.get(address))

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield replies
    finally:
        is_over.set()
        thread.join()


@pytest.mark.parametrize("path", ["/accounts/login/", "/newsletter/", "/csp-report"])
def test_eight_senders_of_slow_forms_shut_nobody_out(path: str, site: Site) -> None:
    senders = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(SLOW_SENDERS)]
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{site.server.port}\r\nContent-Length: 1000\r\n\r\nlemon="
    for sender in senders:
        sender.sendall(head.encode())
    time.sleep(0.3)
    try:
        asked = [site.server.get("/accounts/login/") for _ in range(10)]
        sent = [site.server.ask("POST", "/newsletter/", body="email=lemon", headers=FORM) for _ in range(10)]
        read = [site.server.get(site.addresses()[8]) for _ in range(10)]
    finally:
        for sender in senders:
            sender.close()

    assert {reply.status for reply in (*asked, *read)} == {http.client.OK}
    assert {reply.status for reply in sent} == {http.client.BAD_REQUEST}  # by the form: it is no address
    assert max(reply.seconds for reply in (*asked, *sent, *read)) < 1


def test_who_sends_what_nobody_reads_holds_no_thread(site: Site) -> None:
    hot = site.addresses()[8]
    site.server.get(hot)
    senders = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(40)]
    for number, sender in enumerate(senders):
        head = f"{'GET' if number % 2 else 'POST'} {hot} HTTP/1.1\r\nHost: 127.0.0.1:{site.server.port}\r\n"
        sender.sendall(f"{head}Content-Length: 1000\r\n\r\nlemon".encode())
    time.sleep(0.3)
    try:
        replies = [site.server.get(hot) for _ in range(20)]
    finally:
        for sender in senders:
            sender.close()

    assert max(reply.seconds for reply in replies) < 0.5


def test_a_killed_worker_fails_nobody_and_is_replaced(site: Site) -> None:
    site.settle()
    hot = site.addresses()
    before = set(site.server.workers())
    with (
        strangers_of(site.server, hot[0]) as strangers,
        crowd(site.server, lambda number: hot[number % len(hot)], readers=READERS) as replies,
    ):
        time.sleep(0.5)
        for pid in before:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: len(site.server.workers()) == len(before), patience=5)
            time.sleep(1)
    assert not before & set(site.server.workers())

    assert {reply.status for reply in replies} == {http.client.OK}
    tried_again = [reply for reply in replies if reply.tries > 1]
    assert len(tried_again) <= len(before) * READERS  # the connections that a process kept, and no more
    failed = [reply for reply in strangers if reply.status != http.client.OK]
    assert len(failed) <= len(before)  # who has a new connection for each request loses one a kill
    assert site.server.process.poll() is None
    assert not sum(renders(site.server).values())  # those who came after took the pages from the disk


def test_a_graceful_restart_fails_nobody(site: Site) -> None:
    site.settle()
    hot, before = site.addresses(), set(site.server.workers())
    with crowd(site.server, lambda number: hot[number % len(hot)]) as replies:
        time.sleep(0.5)
        site.server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not before & set(site.server.workers()), patience=15)
        time.sleep(0.5)

    assert {reply.status for reply in replies} == {http.client.OK}


def test_a_killed_master_takes_its_workers_along_and_the_next_one_answers_within_five_seconds(site: Site) -> None:
    """A supervisor has to start it again: README.md says so."""
    workers = site.server.workers()
    site.server.process.kill()
    site.server.process.wait()
    started = time.monotonic()

    wait_until(lambda: not any(is_running(pid) for pid in workers), patience=5)
    site.server.start()

    assert time.monotonic() - started < BACK
    site.settle()


def is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("state", ["gone", "a file", "full"])
def test_last_pages_that_cannot_be_written_fail_no_page(
    state: str, site: Site, collected_files: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "last_pages"
    if state == "a file":
        folder = tmp_path / "file" / "last_pages"
        (tmp_path / "file").touch()
    more = {"LAST_PAGES_ROOT": str(folder), "WEB_CONCURRENCY": "1", "GUNICORN_CMD_ARGS": ""}
    with serve(site.server.environment["DATABASE_URL"], tmp_path, static=collected_files, **more) as server:
        if state == "full":
            resource.prlimit(server.workers()[0], resource.RLIMIT_FSIZE, (10, 10))
        if state == "gone":
            shutil.rmtree(folder, ignore_errors=True)
        replies = [server.get(address) for address in site.addresses()]
        again = [server.get(address) for address in site.addresses()]

    assert {reply.status for reply in (*replies, *again)} == {http.client.OK}
    assert state == "gone" or not list(folder.glob("*/*"))
