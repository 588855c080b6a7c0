"""What goes first when the last good pages of all releases are too much."""

import os
import time
from pathlib import Path

import pytest

from tracker.page_cache.room import make_room, prefix


def make_file(file: Path, *, asked_at: float = 0.0, written_at: float | None = None) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"x" * 100)
    os.utime(file, (asked_at, time.time() if written_at is None else written_at))
    return file


def left(root: Path, most_bytes: int = 10_000) -> list[str]:
    make_room(root, root / "ours", most_bytes=most_bytes, max_age=60)
    return sorted(f"{file.parent.name}/{file.name}" for file in root.glob("*/*"))


def test_pages_of_other_releases_go_before_ours(tmp_path: Path) -> None:
    for name in ("ours/a", "ours/b", "older/a", "older/b", "oldest/a"):
        make_file(tmp_path / name, asked_at=0 if name.startswith("ours") else 1)

    assert left(tmp_path, most_bytes=250) == ["ours/a", "ours/b"]
    assert [folder.name for folder in tmp_path.iterdir()] == ["ours"]


def test_pages_of_other_releases_stay_while_there_is_room(tmp_path: Path) -> None:
    make_file(tmp_path / "ours/a"), make_file(tmp_path / "older/a")

    assert left(tmp_path) == ["older/a", "ours/a"]


def test_the_one_asked_for_longest_ago_goes_first(tmp_path: Path) -> None:
    for name, asked_at in (("a", 2), ("b", 1), ("c", 3)):
        make_file(tmp_path / "ours" / name, asked_at=asked_at)

    assert left(tmp_path, most_bytes=250) == ["ours/a", "ours/c"]


def test_what_is_too_old_goes_however_often_it_was_asked_for(tmp_path: Path) -> None:
    make_file(tmp_path / "ours/a", asked_at=time.time(), written_at=time.time() - 61)

    assert left(tmp_path) == []


def test_pages_of_which_there_is_no_end_fill_no_more_than_a_quarter(tmp_path: Path) -> None:
    for number in range(50):
        make_file(tmp_path / "ours" / f"{prefix('/pledges/?q=lemon')}{number}", asked_at=10 + number)
    for number in range(6):
        make_file(tmp_path / "ours" / f"{number}")

    kept = left(tmp_path, most_bytes=1_000)

    assert kept == [*(f"ours/{number}" for number in range(6)), "ours/many-48", "ours/many-49"]


@pytest.mark.parametrize("key", ["/pledges/?topic=lemons", "/at/2026-03-03/", "/pledges/lemon/at/2026-03-03/"])
def test_there_is_no_end_of_questions_and_days(key: str) -> None:
    assert prefix(key)


@pytest.mark.parametrize("key", ["/", "/pledges/at-last/", "/pledges/lemon/at/", "/pledges/lemon/editions/7/"])
def test_there_is_an_end_of_all_else(key: str) -> None:
    assert not prefix(key)
