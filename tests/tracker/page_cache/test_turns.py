"""How many have a turn, how many wait for one, and what they share."""

import threading
import time
from types import SimpleNamespace

import pytest

from tests.servers import wait_until
from tracker.page_cache.turns import Admission, Turns


class Streaming:
    """Parts that Django makes while they are sent."""

    streaming = True

    def __init__(self) -> None:
        self.closed = 0

    def __iter__(self) -> "Streaming":
        return self

    def __next__(self) -> bytes:
        raise StopIteration

    def close(self) -> None:
        self.closed += 1


def test_without_a_place_to_wait_nobody_waits() -> None:
    turns = Turns(1, patience=5)
    with turns.one() as first, turns.one() as second:
        assert (first, second) == (True, False)


def test_who_waits_gets_the_turn_when_it_ends() -> None:
    turns, got = Turns(1, waiting=1, patience=5), []
    assert turns.take()
    waiting = threading.Thread(target=lambda: got.append(turns.take()))
    waiting.start()
    wait_until(lambda: turns._places._value == 0)

    turns.end()

    waiting.join()
    assert got == [True]


def test_patience_ends() -> None:
    turns = Turns(1, waiting=1, patience=0.1)
    started = time.monotonic()
    with turns.one(), turns.one() as second:
        assert not second
    assert 0.1 <= time.monotonic() - started < 1


def test_turns_that_share_a_room_have_no_more_places_than_it() -> None:
    room = threading.BoundedSemaphore(2)
    some, others = Turns(2, room=room), Turns(2, room=room)

    assert [some.take(), others.take(), others.take(), some.take()] == [True, True, False, False]

    some.end()
    assert others.take()


def test_every_turn_that_is_refused_gives_its_place_back() -> None:
    room = threading.BoundedSemaphore(2)
    turns = Turns(1, waiting=1, patience=0.0, room=room)
    assert turns.take()

    assert [turns.take() for _ in range(5)] == [False] * 5

    assert room._value == 1


def test_of_sixteen_threads_at_most_fourteen_are_held() -> None:
    turns = Admission(hits=lambda: 0)
    of_its_own = [turns.forms, turns.slow_bodies, turns.returns]

    held = turns.public._value + sum(kind._room._value for kind in of_its_own)

    assert held == 14
    for kind in (turns.renders, turns.followers, turns.files, turns.streams, turns.reports):
        assert kind._room is turns.public


def test_a_streamed_answer_keeps_its_turn_until_it_is_closed() -> None:
    turns, parts = Admission(hits=lambda: 0), Streaming()
    first, second = turns.streamed(parts), turns.streamed(Streaming())
    assert first is not None
    assert second is not None
    refused = Streaming()

    assert turns.streamed(refused) is None
    assert refused.closed == 1

    list(first)
    first.close()  # type: ignore[attr-defined]
    first.close()  # type: ignore[attr-defined]
    assert parts.closed == 1
    assert turns.streamed(Streaming()) is not None
    assert turns.streamed(Streaming()) is None


def test_an_answer_that_is_whole_takes_no_turn() -> None:
    turns, parts = Admission(hits=lambda: 0), [b"Lemons."]
    assert all(turns.streamed(parts) is parts for _ in range(9))


@pytest.mark.parametrize(("hits", "bounds"), [(0, (0.0, 0.0)), (10, (0.0, 0.01)), (1_000, (0.04, 0.1))])
def test_the_next_page_is_made_later_while_ready_ones_are_given(
    hits: int, bounds: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = 0
    rested: list[float] = []
    turns = Admission(hits=lambda: given)
    with turns.render():
        given += hits
        time.sleep(0.05)
    monkeypatch.setattr("tracker.page_cache.turns.time", SimpleNamespace(monotonic=time.monotonic, sleep=rested.append))

    with turns.render() as is_ours:
        assert is_ours

    assert [bounds[0] <= seconds <= bounds[1] for seconds in rested] == [True]


def test_a_page_that_failed_ends_its_turn() -> None:
    turns = Admission(hits=lambda: 0)

    with pytest.raises(ValueError, match="lemons"), turns.render():
        raise ValueError("lemons")

    with turns.render() as is_ours:
        assert is_ours
