"""The program asks a site, which may answer anything."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest

from pledges import verifier
from pledges.verifier import BrokenError, Chain, Kept, UnknownError, check, entry_hash
from tests.other_site import OtherSite, make_lines
from tests.pledges.saved_logs import saved


def test_an_empty_log_is_no_log_that_holds(other_site: OtherSite, tmp_path: Path) -> None:
    other_site.show([])

    for where in (other_site.address, saved(tmp_path, [])):
        with pytest.raises(UnknownError, match="There is no entry"):
            check(where, keep=tmp_path / "kept")
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("shown", [Kept("", 2, ""), None])
def test_a_site_may_not_go_back_to_an_older_checkpoint(
    other_site: OtherSite, tmp_path: Path, shown: Kept | None
) -> None:
    other_site.show(make_lines(4))
    check(other_site.address, shown=of_lines(3), keep=tmp_path / "kept")
    if shown:
        shown = of_lines(2)

    with pytest.raises(BrokenError, match=r"shows a checkpoint of \d entries but had shown one of 3"):
        check(other_site.address, shown=shown, keep=tmp_path / "kept")


def of_lines(count: int) -> Kept:
    chain = Chain()
    for line in make_lines(count):
        chain.follow(line)
    return Kept("", chain.size, chain.tree.root)


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"]
)
def test_a_site_that_speaks_a_byte_at_a_time_is_given_up(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "_LONGEST_FETCH", 0.5)
    started = time.monotonic()

    with slow_site(answer) as address, pytest.raises(UnknownError, match="goes on for too long"):
        verifier.published_checkpoint(address)

    assert time.monotonic() - started < 5


@contextmanager
def slow_site(answer: bytes) -> Iterator[str]:
    """A site that goes on after the beginning of its answer with one byte after the other."""
    is_over = Event()

    def speak() -> None:
        connection, _address = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(answer)
            while not is_over.wait(0.05):
                connection.sendall(b"0")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = Thread(target=speak)
        speaking.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        is_over.set()
        speaking.join()


@pytest.mark.parametrize("answer", [204, 206])
def test_an_answer_that_is_not_the_whole_log_proves_nothing(other_site: OtherSite, answer: int) -> None:
    other_site.answers["/log/entries.jsonl"] = answer

    with pytest.raises(UnknownError, match=f"the site answers {answer}"):
        check(other_site.address)


def test_an_answer_that_breaks_off_proves_nothing() -> None:
    lines = make_lines(2)
    short = b"HTTP/1.0 200 OK\r\nContent-Length: 9999\r\n\r\n" + b"".join(line + b"\n" for line in lines)

    with one_answer(short) as address, pytest.raises(UnknownError, match="broke off"):
        check(address)


@contextmanager
def one_answer(answer: bytes) -> Iterator[str]:
    def speak() -> None:
        connection, _address = listener.accept()
        with connection:
            connection.recv(9_999)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        speaking = Thread(target=speak)
        speaking.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        speaking.join()


def test_nothing_that_a_site_says_steers_a_terminal() -> None:
    stranger = verifier.read_checkpoint(f"\x1b[2J\u202elimes/log\n1\n{'A' * 43}=\n".encode())

    with pytest.raises(UnknownError) as error:
        check("http://127.0.0.1:9", shown=stranger)

    assert str(error.value) == "What was kept belongs to another log: \ufffd[2J\ufffdlimes/log."


@pytest.mark.parametrize("note", [b"", b"a/log\n1\n", b"a/log\n01\n+++\n", b"a/log\nx\nAAAA\n", b"\xff\n\n\n"])
def test_a_checkpoint_of_another_form_cannot_be_read(note: bytes) -> None:
    with pytest.raises(UnknownError, match="cannot be read"):
        verifier.read_checkpoint(note)


def test_a_site_is_watched(other_site: OtherSite, tmp_path: Path) -> None:
    other_site.show(make_lines(3))
    assert check(other_site.address, keep=tmp_path / "kept").startswith("3 entries, unbroken")
    other_site.show(make_lines(2))

    with pytest.raises(BrokenError, match="cut off"):
        check(f"{other_site.address}/", keep=tmp_path / "kept")


def test_what_was_kept_of_another_site_is_not_compared(other_site: OtherSite, tmp_path: Path) -> None:
    other_site.show(make_lines(3))
    verifier.write_kept(tmp_path / "kept", Kept("limes.example/log", 9, "", ""))

    with pytest.raises(UnknownError, match=r"another log: limes\.example/log"):
        check(other_site.address, keep=tmp_path / "kept")


@pytest.mark.parametrize("answer", [404, 500, "https://limes.example/log/entries.jsonl", "file:///etc/passwd"])
def test_a_site_that_does_not_answer_proves_nothing(other_site: OtherSite, answer: int | str) -> None:
    other_site.answers["/log/entries.jsonl"] = answer

    with pytest.raises(UnknownError):
        check(other_site.address)


def test_a_site_may_send_us_on_within_itself(other_site: OtherSite) -> None:
    other_site.show(make_lines(1))
    other_site.answers |= {"/elsewhere": other_site.answers["/log/entries.jsonl"], "/log/entries.jsonl": "/elsewhere"}

    assert check(other_site.address).startswith("1 entries")


def test_a_log_without_end_is_given_up(other_site: OtherSite, monkeypatch: pytest.MonkeyPatch) -> None:
    other_site.show(make_lines(50))
    monkeypatch.setattr(verifier, "_MOST_BYTES", 1_000)

    with pytest.raises(UnknownError, match="too long"):
        check(other_site.address)


def test_a_site_without_a_checkpoint_has_none(other_site: OtherSite) -> None:
    assert verifier.published_checkpoint(other_site.address) is None


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    # -I: neither our packages nor our settings are within its reach.
    command = [sys.executable, "-I", verifier.__file__, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_program_ends_with_0_1_or_2(other_site: OtherSite, tmp_path: Path) -> None:
    lines = make_lines(3)
    file = saved(tmp_path, lines)
    assert run(file).stdout == f"3 entries, unbroken, head {entry_hash(lines[-1])}\n"
    other_site.show(lines)
    chain = Chain()
    for line in lines:
        chain.follow(line)
    note = f"{other_site.name}/log\n3\n{chain.tree.root}\n\n— somebody AAAA\n".encode()
    other_site.answers["/log/checkpoint"] = note
    (tmp_path / "note").write_bytes(note)
    assert (
        run(other_site.address, "--checkpoint", str(tmp_path / "note"), "--keep", str(tmp_path / "kept")).returncode
        == 0
    )

    other_site.show(make_lines(3, change_note="Otherwise."))

    rewritten, missing, unwatched = run(other_site.address), run(str(tmp_path / "none")), run()
    assert (rewritten.returncode, missing.returncode, unwatched.returncode) == (1, 2, 2)
    assert rewritten.stderr == "The first 3 entries are not what they were: the log was rewritten.\n"
    assert missing.stderr.startswith("The file cannot be read")
