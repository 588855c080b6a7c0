"""The last good pages on disk: whole or not at all, gone when purged, and never a reason to fail."""

import os
import random
import time
from collections.abc import Iterable
from pathlib import Path

from pledges import last_purge
from tests.servers import wait_until
from tracker.page_cache.entries import Entry
from tracker.page_cache.last_pages import LastPages


def make_pages(
    folder: Path, release: str = "one", max_age: float = 60, most_bytes: int = 1_000_000, asked: Iterable[str] = ()
) -> LastPages:
    return LastPages(folder, release=release, max_age=max_age, most_bytes=most_bytes, asked=lambda: asked)


def make_entry(body: bytes = b"Lemons.", rendered_at: float | None = None, position: int | None = 1) -> Entry:
    moment = time.time() if rendered_at is None else rendered_at
    return Entry("200 OK", [("Content-Type", "text/html")], body, frozenset({"site"}), 0.0, moment, position)


def test_a_kept_page_is_found_by_the_next_process(tmp_path: Path) -> None:
    make_pages(tmp_path).keep("/a", make_entry())
    later = make_pages(tmp_path)

    wait_until(lambda: later.find("/a") is not None)

    found = later.find("/a")
    assert found is not None
    assert (found.status, found.plain, found.headers) == ("200 OK", b"Lemons.", [("Content-Type", "text/html")])
    assert (set(found.tags), found.position) == ({"site"}, 1)


def test_only_what_this_server_has_made_is_fresh(tmp_path: Path) -> None:
    entry = make_entry()
    entry.expires_at = time.monotonic() + 60
    pages = make_pages(tmp_path)
    pages.keep("/a", entry)
    wait_until(lambda: pages.find("/a") is not None)

    of_this, of_another = (maker.find("/a") for maker in (pages, make_pages(tmp_path)))

    assert of_this is not None
    assert of_another is not None
    assert (of_this.expires_at, of_another.expires_at) == (entry.expires_at, 0.0)


def test_a_page_that_is_too_old_is_not_found(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    pages.keep("/a", make_entry(rendered_at=time.time() - 61))
    pages.keep("/b", make_entry())

    wait_until(lambda: pages.find("/b") is not None)

    assert pages.find("/a") is None


def test_another_release_does_not_find_it(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    pages.keep("/a", make_entry())
    wait_until(lambda: pages.find("/a") is not None)

    assert make_pages(tmp_path, release="two").find("/a") is None


def test_a_purge_takes_every_page_of_every_release(tmp_path: Path) -> None:
    pages, older = make_pages(tmp_path), make_pages(tmp_path, release="older")
    for keeper in (pages, older):
        keeper.keep("/a", make_entry())
    wait_until(lambda: None not in (pages.find("/a"), older.find("/a")))

    pages.purge(2)

    assert (pages.find("/a"), older.find("/a")) == (None, None)
    assert [path.name for path in tmp_path.iterdir()] == ["purged"]


def test_what_was_made_before_a_purge_is_not_written_after_it(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    pages.purge(5)

    pages.keep("/old", make_entry(position=4))
    pages.keep("/new", make_entry(position=5))
    wait_until(lambda: pages.find("/new") is not None)

    assert pages.find("/old") is None


def test_a_purge_holds_for_a_page_that_another_process_wrote_too_late(tmp_path: Path) -> None:
    slow, quick = make_pages(tmp_path), make_pages(tmp_path)
    slow.keep("/a", make_entry(position=4))
    wait_until(lambda: slow.find("/a") is not None)
    (file,) = (tmp_path / "one").iterdir()
    content = file.read_bytes()

    quick.purge(5)
    file.parent.mkdir()
    file.write_bytes(content)

    assert make_pages(tmp_path).find("/a") is None


def test_the_position_of_the_journal_outlives_the_process(tmp_path: Path) -> None:
    assert make_pages(tmp_path).read_position() is None

    make_pages(tmp_path).write_position(17)

    assert make_pages(tmp_path, release="two").read_position() == 17


def test_a_purge_read_late_does_not_take_back_one_that_was_written_early(tmp_path: Path) -> None:
    tmp_path.joinpath("purged").write_text("505")

    make_pages(tmp_path).purge(503)

    assert last_purge.read(tmp_path) == 505


def test_the_numbers_of_another_history_count_from_where_they_are(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    pages.purge(505)

    pages.purge(503, starts_over=True)

    pages.keep("/a", make_entry(position=503))
    wait_until(lambda: pages.find("/a") is not None)
    assert make_pages(tmp_path).read_position() == 503


def test_what_waits_to_be_written_of_a_history_that_was_given_up_is_not_written(tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    with pages._lock:
        for name in ("/a", "/b"):
            pages.keep(name, make_entry(position=100))
        wait_until(lambda: pages._waiting.qsize() == 1)  # of the first it is too late
        pages._drop_what_waits()
    pages.keep("/c", make_entry(position=100))

    wait_until(lambda: pages.find("/c") is not None)

    assert pages.find("/b") is None


def test_who_begins_knows_of_the_last_purge_too(tmp_path: Path) -> None:
    make_pages(tmp_path).write_position(503)

    assert last_purge.write(tmp_path, 505)

    assert make_pages(tmp_path).read_position() == 505


def test_a_folder_that_cannot_be_made_is_the_same_as_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    pages = make_pages(tmp_path / "file")

    pages.keep("/a", make_entry())
    pages.write_position(1)
    pages.purge(1)

    assert pages.find("/a") is None
    assert pages.read_position() is None


def test_a_disk_full_of_pages_makes_room(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:064}").write_bytes(b"x" * 1_000)
    pages = make_pages(tmp_path, most_bytes=5_000)

    pages.keep("/a", make_entry())
    wait_until(lambda: pages.find("/a") is not None)

    assert sum(file.stat().st_size for file in folder.iterdir()) < 6_000


def test_room_is_made_as_soon_as_much_was_written(tmp_path: Path) -> None:
    pages = make_pages(tmp_path, most_bytes=50_000)
    chance = random.Random(1)  # noqa: S311 (nothing that packs well)
    for number in range(40):
        pages.keep(f"/{number}", make_entry(chance.randbytes(5_000)))
    pages.keep("/last", make_entry())

    wait_until(lambda: pages.find("/last") is not None)

    assert sum(file.stat().st_size for file in (tmp_path / "one").iterdir()) < 60_000


def test_what_readers_asked_for_stays_longest(tmp_path: Path) -> None:
    pages = make_pages(tmp_path, most_bytes=1_000_000, asked=["/a"])
    for key in ("/a", "/b", "/c", "/d"):
        pages._write(key, make_entry())
    for key in ("/a", "/b", "/c", "/d"):
        os.utime(pages._file(key), (1, time.time()))
    assert pages.find("/c") is not None

    pages._most_bytes = int(2.5 * pages._file("/a").stat().st_size)
    pages._make_room()

    assert [key for key in ("/a", "/b", "/c", "/d") if pages.find(key)] == ["/a", "/c"]
