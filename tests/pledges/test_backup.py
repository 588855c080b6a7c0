"""Which program makes a copy of a PostgreSQL database."""

from pathlib import Path

import pytest

from pledges import backup


def make_program(folder: Path, version: str) -> str:
    folder.mkdir(parents=True)
    program = folder / "pg_dump"
    program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
    program.chmod(0o700)
    return str(program)


@pytest.fixture(autouse=True)
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An old program on the path, and two newer ones where Debian has them."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr(backup, "_DEBIANS_PROGRAMS", tmp_path / "debian")
    newer = {version: make_program(tmp_path / "debian" / version / "bin", f"{version}.2") for version in ("15", "17")}
    return {"14": make_program(tmp_path / "bin", "14.19 (Ruritania 1)"), **newer}


@pytest.mark.parametrize(("server", "chosen"), [(13, "14"), (14, "14"), (15, "15"), (16, "17")])
def test_the_oldest_program_that_is_no_older_than_the_server_is_taken(
    server: int, chosen: str, programs: dict[str, str]
) -> None:
    assert backup._pg_dump(for_server=server) == programs[chosen]


def test_if_all_are_older_it_is_said_which_is_needed(programs: dict[str, str]) -> None:
    with pytest.raises(backup.BackupError) as refused:
        backup._pg_dump(for_server=18)

    assert str(refused.value).startswith("pg_dump 18 or newer is needed, as the server is; found: ")
    assert f"{programs['14']} (14)" in str(refused.value)
