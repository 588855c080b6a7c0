"""Who waits for a page that is being made."""

import threading
import time

from tests.servers import wait_until
from tracker.page_cache.flights import Flights
from tracker.page_cache.turns import Turns


def follow(flights: Flights, readers: int) -> tuple[list[threading.Thread], list[bool]]:
    flight, is_own = flights.join("/")
    assert not is_own
    ends: list[bool] = []
    threads = [threading.Thread(target=lambda: ends.append(flight.wait(unless=lambda: False))) for _ in range(readers)]
    for thread in threads:
        thread.start()
    return threads, ends


def test_everybody_waits_for_a_page_that_will_soon_be_there() -> None:
    flights = Flights(Turns(1), soon=5)
    flights.join("/")
    threads, ends = follow(flights, 16)

    flights.land("/")

    for thread in threads:
        thread.join()
    assert ends == [True] * 16


def test_for_a_slow_page_wait_only_as_many_as_there_are_places() -> None:
    flights = Flights(Turns(3), soon=0.1)
    flights.join("/")
    threads, ends = follow(flights, 16)

    wait_until(lambda: len(ends) == 13)
    time.sleep(0.05)
    assert ends == [False] * 13

    flights.land("/")
    for thread in threads:
        thread.join()
    assert ends[13:] == [True] * 3


def test_who_hears_that_it_is_hopeless_waits_no_longer() -> None:
    flights = Flights(Turns(1))
    flight, _ = flights.join("/")

    assert not flight.wait(unless=lambda: True)
