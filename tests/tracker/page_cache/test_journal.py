"""The thread that reads the journal, on a real one."""

import time

import pytest

from pledges.actions import verifications
from pledges.actions.journal import public_change
from pledges.models import Generation, Journal
from tests.servers import wait_until
from tracker.page_cache.journal import SILENT_AFTER, JournalReader, Moved

pytestmark = pytest.mark.django_db

EVERYTHING: frozenset[str] = frozenset()


def publish(*tags: str) -> None:
    with public_change() as touched:
        touched.update(tags)


@pytest.fixture
def seen() -> list[Moved]:
    return []


def reader_at(position: int | None, seen: list[Moved]) -> JournalReader:
    reader = JournalReader(seen.append)
    reader.position = position
    return reader


def test_each_publication_is_told_with_its_tags(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number, seen)
    publish("pledge:a", "lists")
    publish("pledge:b")

    reader._look()

    assert [moved.tags for moved in seen] == [{"pledge:a", "lists"}, {"pledge:b"}]
    assert reader.position == Generation.objects.get().number


def test_nothing_new_is_nothing_told(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number, seen)

    reader._look()

    assert seen == []


def test_the_first_look_of_who_knows_nothing_tells_of_everything(seen: list[Moved]) -> None:
    publish("pledge:a")

    reader_at(None, seen)._look()

    assert [moved.tags for moved in seen] == [EVERYTHING]


def test_a_gap_tells_of_everything(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number, seen)
    publish("pledge:a")
    publish("pledge:b")
    Journal.objects.order_by("number").first().delete()  # type: ignore[union-attr]

    reader._look()

    assert [moved.tags for moved in seen] == [EVERYTHING]


def test_who_is_as_far_behind_as_is_read_misses_nothing_that_was_forgotten(
    seen: list[Moved], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Journal, "MOST_READ", 3)
    for _ in range(5):
        verifications.record(entries=0, head="", holds=True)
    reader = reader_at(Generation.objects.get().number - Journal.MOST_READ, seen)

    reader._look()

    assert [moved.tags for moved in seen] == [{"log"}] * 3


def test_a_database_that_was_put_back_tells_of_everything(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number + 5, seen)

    reader._look()

    assert [moved.tags for moved in seen] == [EVERYTHING]


def test_a_page_has_moved_when_one_of_its_tags_did(seen: list[Moved]) -> None:
    before = Generation.objects.get().number
    reader = reader_at(before, seen)
    publish("pledge:a")
    reader._look()

    assert reader.has_moved(before, frozenset({"pledge:a", "site"}))
    assert not reader.has_moved(before, frozenset({"pledge:b", "site"}))
    assert not reader.has_moved(reader.position, frozenset({"pledge:a"}))
    assert reader.has_moved(None, frozenset({"pledge:b"}))
    assert reader.has_moved(before, None)
    assert not reader.has_moved(reader.position, None)


def test_who_begins_knows_what_had_moved_before(seen: list[Moved]) -> None:
    before = Generation.objects.get().number
    publish("pledge:a")
    publish("pledge:b")
    known = Generation.objects.get().number
    reader = reader_at(known, seen)
    assert reader.has_moved(before, frozenset({"pledge:c"}))  # for all that it knows yet

    publish("pledge:d")
    reader._look()

    assert [reader.has_moved(before, frozenset({f"pledge:{name}"})) for name in "abcd"] == [True, True, False, True]
    assert [moved.number for moved in seen] == [known + 1]


def test_what_was_made_before_a_database_was_put_back_has_moved(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number, seen)
    reader._look()

    assert reader.has_moved(Generation.objects.get().number + 5, frozenset({"pledge:a"}))


def test_a_move_is_known_before_it_is_acted_on() -> None:
    """Else a page kept between the drop and the news would stay although it is old."""
    before = Generation.objects.get().number
    known: list[bool] = []
    reader = JournalReader(lambda moved: known.append(reader.has_moved(before, moved.tags)))
    reader.position = before
    publish("pledge:a")

    reader._look()

    assert known == [True]


def test_news_count_as_soon_as_they_are_told() -> None:
    """Else what is not there, which anything may bring, would be kept just after all of its kind was dropped."""
    before = Generation.objects.get().number
    known: list[bool] = []
    reader = JournalReader(lambda _moved: known.append(reader.has_moved(before, None)))
    reader.position = before
    publish("pledge:a")

    reader._look()

    assert known == [True]


def test_what_is_carried_over_one_change_can_be_carried_over_the_next_of_the_same_look() -> None:
    before = Generation.objects.get().number
    moved_before: list[bool] = []
    reader = JournalReader(
        lambda moved: moved_before.append(reader.has_moved(moved.number - 1, frozenset({"pledge:b"})))
    )
    reader.position = before
    publish("pledge:a")
    publish("pledge:c")

    reader._look()

    assert moved_before == [False, False]


def test_news_of_another_history_are_forgotten(seen: list[Moved]) -> None:
    reader = reader_at(Generation.objects.get().number, seen)
    publish("pledge:a")
    reader._look()
    Journal.objects.all().delete()
    Generation.objects.update(number=0)

    reader._look()

    assert [moved.starts_over for moved in seen] == [False, True]
    assert not reader.has_moved(0, frozenset({"pledge:a"}))


def test_the_thread_looks_by_itself_and_when_it_is_asked(seen: list[Moved]) -> None:
    looks: list[float] = []
    reader = reader_at(1, seen)
    reader._look = lambda: looks.append(time.monotonic())  # type: ignore[method-assign]  # in the thread, for good

    reader._known_position = lambda: 17

    reader.make_sure_it_runs()

    assert reader.look_now(5)
    assert reader.position == 17
    assert looks
    assert not reader.is_silent
    wait_until(lambda: len(looks) > 2)


def test_the_first_look_is_at_once(seen: list[Moved], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracker.page_cache.journal.PAUSE", 60)
    reader = reader_at(1, seen)
    reader._look = lambda: None  # type: ignore[method-assign]  # in the thread, for good
    assert not reader.has_looked

    reader.make_sure_it_runs()

    wait_until(lambda: reader.has_looked, patience=30)


def test_it_is_silent_when_no_look_succeeds(seen: list[Moved]) -> None:
    reader = reader_at(1, seen)
    reader._answered_at = time.monotonic() - SILENT_AFTER - 1

    assert reader.is_silent
    assert not reader.look_now(0)
