import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pledges import whole_files


def test_what_threads_write_at_once_is_one_of_it_whole(tmp_path: Path) -> None:
    contents = [bytes([number]) * 100_000 for number in range(50)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda content: whole_files.write(tmp_path / "lemon", content), contents))

    assert (tmp_path / "lemon").read_bytes() in contents
    assert [file.name for file in tmp_path.iterdir()] == ["lemon"]


def test_everybody_may_read_it(tmp_path: Path) -> None:
    whole_files.write(tmp_path / "lemon", b"")

    assert stat.S_IMODE((tmp_path / "lemon").stat().st_mode) == 0o644


def test_what_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "lemon").mkdir()
    (tmp_path / "lemon" / "in the way").touch()

    with pytest.raises(OSError):  # noqa: PT011
        whole_files.write(tmp_path / "lemon", b"")

    assert [file.name for file in tmp_path.iterdir()] == ["lemon"]
