"""Answers in memory: bounded by bytes, dropped by tags."""

import random
import sys
import threading
import time

from tracker.page_cache.entries import Entry
from tracker.page_cache.memory import Memory


def make_entry(*tags: str, size: int = 1_000, lives: float = 60) -> Entry:
    body = random.Random(size).randbytes(size)  # noqa: S311 (nothing that packs well)
    return Entry("200 OK", [], body, frozenset(tags), time.monotonic() + lives)


def test_what_is_kept_is_found() -> None:
    memory, entry = Memory(1_000_000), make_entry()
    memory.keep("/a", entry)

    assert memory.find("/a") is entry
    assert memory.find("/b") is None


def test_what_is_over_is_not_found() -> None:
    memory = Memory(1_000_000)
    memory.keep("/a", make_entry(lives=-1))

    assert memory.find("/a") is None
    assert memory.last("/a") is not None


def test_a_drop_is_not_disturbed_by_readers() -> None:
    memory, is_over = Memory(10_000_000), threading.Event()
    for number in range(1_000):
        memory.keep(f"/{number}", make_entry(f"pledge:{number}"))

    def read() -> None:
        while not is_over.is_set():
            for number in range(1_000):
                memory.find(f"/{number}")

    reader, usual = threading.Thread(target=read), sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    reader.start()
    try:
        for number in range(0, 1_000, 10):
            memory.drop({f"pledge:{number}"})
    finally:
        is_over.set()
        reader.join()
        sys.setswitchinterval(usual)

    assert len(memory) == 900


def test_a_tag_drops_what_has_it_and_nothing_else() -> None:
    memory = Memory(1_000_000)
    memory.keep("/a", make_entry("pledge:a", "site"))
    memory.keep("/b", make_entry("pledge:b", "site"))

    memory.drop({"pledge:a", "lists"})

    assert memory.find("/a") is None
    assert memory.find("/b") is not None


def test_the_one_asked_for_longest_ago_goes_first() -> None:
    memory = Memory(22_000)  # room for four
    for key in ("/a", "/b", "/c", "/d"):
        memory.keep(key, make_entry())
    memory.find("/a")

    memory.keep("/e", make_entry())

    assert [key for key in ("/a", "/b", "/c", "/d", "/e") if memory.find(key)] == ["/a", "/c", "/d", "/e"]


def test_it_stays_within_its_bytes_however_much_is_kept() -> None:
    memory = Memory(100_000)
    for number in range(1_000):
        memory.keep(f"/{number % 600}", make_entry(size=number * 7 % 3_000))

    assert 50_000 < memory.bytes <= 100_000
    memory.drop_all()
    assert (memory.bytes, len(memory)) == (0, 0)


def test_an_answer_too_large_to_share_the_room_is_not_kept() -> None:
    memory = Memory(100_000)
    memory.keep("/a", make_entry(size=30_000))

    assert memory.find("/a") is None
