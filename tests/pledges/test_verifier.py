"""The program that anybody can run on the lines of a log, without the site and without a database."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from pledges import verifier
from pledges.verifier import BrokenError, Chain, Tree, UnknownError, check, entry_hash, exact_bytes
from tests.other_site import make_lines
from tests.pledges.saved_logs import saved


def problems(lines: list[bytes]) -> list[tuple[int, str]]:
    chain = Chain()
    return [(place, said) for place, line in enumerate(lines, start=1) for said in chain.follow(line)]


def rewritten(line: bytes, **changed: Any) -> bytes:
    return exact_bytes({**json.loads(line), **changed})


def root_of(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash word for word as RFC 6962, section 2.1, defines it."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


def test_the_root_is_that_of_rfc_6962_at_every_size() -> None:
    leaves = [bytes([number]) for number in range(70)]
    tree = Tree()

    for size in range(len(leaves)):
        assert base64.b64decode(tree.root) == root_of(leaves[:size])
        tree.add(hashlib.sha256(b"\x00" + leaves[size]).digest())


def test_an_empty_file_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(UnknownError, match="There is no entry"):
        check(saved(tmp_path, []))


def test_a_true_log_holds() -> None:
    assert problems(make_lines(5)) == []


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"sequence": 7}, "the sequence does not continue after 1."),
        ({"sequence": "2"}, "the sequence does not continue after 1."),
        ({"previous_hash": "f" * 64}, "its previous hash is not the hash of the entry before it."),
        ({"published_at": "2026-03-02T23:59:59.999999Z"}, "its moment is earlier than that of the entry before it."),
        ({"published_at": "yesterday"}, "its moment cannot be read."),
        ({"number": 3}, "its edition number does not continue those of the pledge."),
        ({"number": 1}, "its edition number does not continue those of the pledge."),
        ({"number": "2"}, "its edition number does not continue those of the pledge."),
    ],
)
def test_a_line_that_does_not_fit_is_found(changed: dict[str, Any], says: str) -> None:
    first, second = make_lines(2)

    assert (2, says) in problems([first, rewritten(second, **changed)])


@pytest.mark.parametrize("line", [b"", b"{}]", b"[]", b'{"a": 1}', b"\xff", b"[" * 100_000, b'{"b":1,"a":1}'])
def test_a_line_in_another_form_is_found(line: bytes) -> None:
    assert problems([line]) == [(1, "its line is not a canonical one.")]


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1.0", "null", "true", "[null]", '{"a":1.5}'])
def test_a_line_with_more_than_texts_and_whole_numbers_is_found(value: str) -> None:
    assert problems([b'{"a":%s}' % value.encode()]) == [(1, "its line is not a canonical one.")]


def test_a_pledge_that_moved_there_and_back_goes_on_counting() -> None:
    lines = make_lines(4)
    for place, slug in enumerate(["lemon", "lime", "lime", "lemon"]):
        before = entry_hash(lines[place - 1]) if place else verifier.FIRST_PREVIOUS_HASH
        lines[place] = rewritten(lines[place], pledge=slug, previous_hash=before)

    assert problems(lines) == []


def test_a_saved_log_is_counted_and_its_head_named(tmp_path: Path) -> None:
    lines = make_lines(3)

    assert check(saved(tmp_path, lines)) == f"3 entries, unbroken, head {entry_hash(lines[-1])}"


def test_a_file_cut_off_within_a_line_is_no_proof_of_anything(tmp_path: Path) -> None:
    file = Path(saved(tmp_path, make_lines(3)))
    file.write_bytes(file.read_bytes()[:-9])

    with pytest.raises(UnknownError, match="middle of a line"):
        check(str(file))


def test_what_was_kept_is_compared_and_then_renewed(tmp_path: Path) -> None:
    keep = tmp_path / "kept"
    check(saved(tmp_path, make_lines(3)), keep=keep)
    check(saved(tmp_path, make_lines(5)), keep=keep)

    with pytest.raises(BrokenError, match="has 4 entries but had 5"):
        check(saved(tmp_path, make_lines(4)), keep=keep)
    with pytest.raises(BrokenError, match="first 5 entries are not what they were"):
        check(saved(tmp_path, make_lines(6, change_note="Otherwise.")), keep=keep)
    assert verifier.read_kept(keep).size == 5


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", '{"size": 1}', "[]", "[" * 100_000),
        *(
            f'{{"head":"","origin":"","root":"","size":{size}}}'
            for size in ("-1", "1e400", "1.0", "NaN", '"1"', "9" * 5_000)
        ),
    ],
    ids=lambda text: text[:60],
)
def test_a_file_that_is_no_kept_one_is_left_alone(tmp_path: Path, text: str) -> None:
    keep = tmp_path / "kept"
    keep.write_text(text)

    with pytest.raises(UnknownError, match="not what this program keeps"):
        check(saved(tmp_path, make_lines(1)), keep=keep)

    assert keep.read_text() == text


def test_a_link_to_what_was_kept_stays_one(tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "kept"
    check(saved(tmp_path, make_lines(1)), keep=target)
    link.symlink_to(target)

    check(saved(tmp_path, make_lines(3)), keep=link)

    assert link.is_symlink()
    assert verifier.read_kept(target).size == 3


def test_a_link_that_leads_nowhere_is_no_first_time(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "none")

    with pytest.raises(UnknownError, match="cannot be read"):
        check(saved(tmp_path, make_lines(3)), keep=tmp_path / "link")


def test_a_log_that_had_entries_and_is_empty_was_cut_off(tmp_path: Path) -> None:
    check(saved(tmp_path, make_lines(3)), keep=tmp_path / "kept")

    with pytest.raises(BrokenError, match="cut off"):
        check(saved(tmp_path, []), keep=tmp_path / "kept")
