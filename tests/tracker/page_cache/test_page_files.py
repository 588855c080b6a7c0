"""A last good page as a file: what was not written whole by this site is none."""

import json
import os
import time
from pathlib import Path
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest

from tests.tracker.page_cache.test_last_pages import make_entry, make_pages
from tracker.page_cache.page_files import DamagedError, pack, read, sealed, unpack


def packed(**changed: Any) -> bytes:
    head, _, body = pack("/a", make_entry(), server="lemon")[32:].partition(b"\n")
    return sealed(json.dumps(json.loads(head) | changed).encode() + b"\n" + body)


def test_what_was_packed_is_unpacked() -> None:
    key, entry = unpack(packed(), server="lemon")

    assert (key, entry.status, entry.plain, entry.position) == ("/a", "200 OK", b"Lemons.", 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}\n", b"lemons", b"[]\n\n", b'{"key": "/a"}\nx', b"\xff\xfe\n", b"[" * 100_000 + b"\n"],
    ids=["nothing", "empty", "a word", "a list", "half", "no text", "nested"],
)
def test_what_is_damaged_is_no_page(content: bytes) -> None:
    with pytest.raises(DamagedError):
        unpack(sealed(content), server="lemon")


def test_what_the_disk_has_changed_is_no_page() -> None:
    whole = pack("/a", make_entry(), server="lemon")
    for bit in range(8 * len(whole)):
        turned = bytearray(whole)
        turned[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DamagedError):
            unpack(bytes(turned), server="lemon")
    for length in range(len(whole)):
        with pytest.raises(DamagedError):
            unpack(whole[:length], server="lemon")


@pytest.mark.parametrize(
    "changed",
    [
        {"headers": [["X-Lemon", "1\r\nSet-Cookie: a=b"]]},
        {"headers": [["X-Lemon:", "1"]]},
        {"headers": [["X-Lemon", 1]]},
        {"headers": [["X-Lemon", "\u20ac"]]},
        {"status": "200 OK\r\nX-Lemon: 1"},
        {"status": 200},
        {"position": None},
        {"position": float("nan")},
        {"position": "1"},
        {"rendered_at": "now"},
        {"rendered_at": 10**400},
        {"tags": [["site"]]},
        {"expires_at": None},
        {"expires_at": True},
    ],
    ids=str,
)
def test_what_this_site_would_not_have_written_is_no_page(changed: dict[str, Any]) -> None:
    with pytest.raises(DamagedError):
        unpack(packed(**changed), server="lemon")


@pytest.mark.parametrize(
    ("server", "lasts", "is_fresh"), [("lemon", 60.0, True), ("lime", 60.0, False), ("lemon", -1.0, False)]
)
def test_a_page_is_fresh_for_the_server_that_made_it(server: str, lasts: float, is_fresh: bool) -> None:  # noqa: FBT001
    _, entry = unpack(packed(expires_at=time.monotonic() + lasts), server=server)

    assert (entry.expires_at > time.monotonic()) == is_fresh


@pytest.mark.parametrize("expires_at", [float("inf"), float("nan"), 1e12])
def test_no_page_is_fresh_for_ever(expires_at: float) -> None:
    assert unpack(packed(expires_at=expires_at), server="lemon")[1].expires_at == 0.0


@pytest.mark.parametrize("rendered_at", [float("inf"), float("-inf"), float("nan"), 1e12])
def test_a_page_from_no_moment_before_now_is_not_shown(rendered_at: float, tmp_path: Path) -> None:
    pages = make_pages(tmp_path)
    file = pages._file("/a")
    file.parent.mkdir()

    file.write_bytes(packed(rendered_at=rendered_at))
    assert pages.find("/a") is None

    file.write_bytes(packed())
    assert pages.find("/a") is not None


def test_a_pipe_that_nobody_fills_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(OSError):  # noqa: PT011
        read(tmp_path / "pipe")


def test_a_page_is_unpacked_to_the_very_bytes(tmp_path: Path) -> None:
    file = tmp_path / "page"
    file.write_bytes(packed())

    assert brotli.decompress(read(file)[32:].partition(b"\n")[2]) == b"Lemons."
