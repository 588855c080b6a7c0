"""The number before which nothing is shown: of those that are written at once the highest stays."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pledges import last_purge


def test_a_lower_number_takes_nothing_back(tmp_path: Path) -> None:
    assert last_purge.write(tmp_path, 505)
    assert last_purge.write(tmp_path, 503)

    assert last_purge.read(tmp_path) == 505


def test_numbers_that_start_over_do(tmp_path: Path) -> None:
    last_purge.write(tmp_path, 505)

    last_purge.write(tmp_path, 503, starts_over=True)

    assert last_purge.read(tmp_path) == 503


def test_of_many_that_are_written_at_once_the_highest_stays(tmp_path: Path) -> None:
    numbers = [*range(1, 200)]
    with ThreadPoolExecutor(8) as threads:
        written = list(threads.map(lambda number: last_purge.write(tmp_path, number), numbers[::2] + numbers[::-2]))

    assert all(written)
    assert last_purge.read(tmp_path) == 199
    assert [file.name for file in tmp_path.iterdir()] == ["purged"]
