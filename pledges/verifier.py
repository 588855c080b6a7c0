"""Checks the public log of a pledge tracker. Needs Python 3.9 or newer, and nothing else.

    python3 verify.py entries.jsonl                   the entries that you saved
    python3 verify.py https://pledges.example.org     the log of a site, as it is now

With `--checkpoint FILE` it also compares them with a checkpoint that you saved; the signature of a checkpoint needs
another tool. With `--keep FILE` it compares them with what it saw the last time and remembers what it sees now:
run it that way from time to time and nobody can shorten or rewrite the log without your noticing.

Ends with 0 if the log is unbroken, 1 if it is broken, shortened or rewritten, 2 if that could not be found out.

Each entry is one line of JSON with sorted keys and without spaces. Its hash, SHA-256(0x00 + line), stands in the next
line as `previous_hash`; it is also the leaf hash of RFC 6962, whose tree gives one root for all the entries.
"""

# The site imports this file too, so that inside and outside the same is checked.
from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from queue import Empty, Full, Queue
from threading import Event, Thread
from typing import Any
from urllib.parse import urlsplit

FIRST_PREVIOUS_HASH = "0" * 64
UNBROKEN, BROKEN, UNKNOWN = 0, 1, 2
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}", re.ASCII)
_ROOT = re.compile(r"[A-Za-z0-9+/]{43}=", re.ASCII)  # 32 bytes in base64
_LONGEST_LINE = 4_000_000  # bytes
_LONGEST_NOTE = 100_000
_MOST_BYTES = 4_000_000_000
_PATIENCE, _LONGEST_FETCH = 30, 1_800  # seconds: for the next bytes, for all of them
_CHUNK, _MOST_WAITING = 65_536, 16
_OK, _NOT_FOUND = 200, 404


class _SaidError(Exception):
    """A sentence for people, some of which may come from a site: nothing in it steers a terminal."""

    def __str__(self) -> str:
        return "".join(sign if sign.isprintable() else "\ufffd" for sign in super().__str__())


class BrokenError(_SaidError):
    """The log is not what it should be, in a sentence for people."""


class UnknownError(_SaidError):
    """Whether the log is what it should be could not be found out, in a sentence for people."""


class MissingError(UnknownError):
    """There is nothing at an address."""


@dataclass(frozen=True)
class Kept:
    """What a log was when somebody looked: how many entries, their root (base64), and where; `head` is the last hash.

    `signed` is the size of the checkpoint that the site showed then.
    """

    origin: str
    size: int
    root: str
    head: str = ""
    signed: int = 0


class Tree:
    """The Merkle tree of RFC 6962 over leaf hashes, of which it keeps no more than the whole subtrees."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.size += 1
        place = self.size
        while place % 2 == 0:
            leaf = _node(self._subtrees.pop(), leaf)
            place //= 2
        self._subtrees.append(leaf)

    @property
    def root(self) -> str:
        """The root in base64."""
        if not self._subtrees:
            return _base64(hashlib.sha256().digest())
        *lefts, root = self._subtrees
        for left in reversed(lefts):
            root = _node(left, root)
        return _base64(root)


class Chain:
    """Follows the lines of a log in order.

    `head` is the hash of the last one, `entry` what it says (None if it cannot be read), and `roots` gives the root at
    each of the sizes that were asked for, once it is reached.
    """

    def __init__(self, sizes: Iterable[int] = ()) -> None:
        self.tree = Tree()
        self.head = FIRST_PREVIOUS_HASH
        self.entry: dict[str, Any] | None = None
        self.roots: dict[int, str] = {}
        self._sizes = {*sizes}
        self._sequence = 0
        self._moment = ""
        self._numbers: dict[str, int] = {}  # the last of each pledge
        self._reached: Counter[int] = Counter()  # and how many pledges have that one as their last
        self._mark()

    @property
    def size(self) -> int:
        return self.tree.size

    def follow(self, line: bytes) -> list[str]:
        """Take in the next line; give, in sentences, what does not hold."""
        said = [*self._compare(line)]
        leaf = hashlib.sha256(b"\x00" + line)
        self.head = leaf.hexdigest()
        self.tree.add(leaf.digest())
        self._mark()
        return said

    def _mark(self) -> None:
        if self.size in self._sizes:
            self.roots[self.size] = self.tree.root

    def _compare(self, line: bytes) -> Iterator[str]:
        self.entry = entry = read_entry(line)
        if entry is None:
            yield "its line is not a canonical one."
            self._sequence += 1
            return
        if entry.get("sequence") != self._sequence + 1:
            yield f"the sequence does not continue after {self._sequence}."
        if entry.get("previous_hash") != self.head:
            yield "its previous hash is not the hash of the entry before it."
        yield from self._compare_moment(str(entry.get("published_at")))
        yield from self._compare_number(str(entry.get("pledge")), entry.get("number"))
        self._sequence = _whole(entry.get("sequence")) or self._sequence + 1

    def _compare_moment(self, moment: str) -> Iterator[str]:
        if not _MOMENT.fullmatch(moment):
            yield "its moment cannot be read."
        elif moment < self._moment:
            yield "its moment is earlier than that of the entry before it."
        self._moment = moment

    def _compare_number(self, pledge: str, number: Any) -> Iterator[str]:
        before, number = self._numbers.get(pledge, 0), _whole(number) or 0
        # A pledge that moved goes on under its new address, and may come back.
        has_moved = number > before and self._reached[number - 1] > 0
        if number != before + 1 and not has_moved:
            yield "its edition number does not continue those of the pledge."
        self._numbers[pledge] = number
        self._reached.update({before: -1, number: 1})


def entry_hash(line: bytes) -> str:
    return hashlib.sha256(b"\x00" + line).hexdigest()


def exact_bytes(value: Any) -> bytes:
    """Give the one JSON form of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def read_entry(line: bytes) -> dict[str, Any] | None:
    """Give what a line says; None unless it has the one form."""
    try:
        entry = json.loads(line)
        return entry if isinstance(entry, dict) and _is_exact(entry) and exact_bytes(entry) == line else None
    except (ValueError, RecursionError):
        return None


def _is_exact(value: Any) -> bool:
    """Whether a value is made of texts and whole numbers only: others have more than one form, or none."""
    if isinstance(value, dict):
        return all(map(_is_exact, value.values()))
    if isinstance(value, list):
        return all(map(_is_exact, value))
    return type(value) in {str, int}


def read_checkpoint(note: bytes) -> Kept:
    """Read a checkpoint in the form of C2SP tlog-checkpoint; its signature is not looked at."""
    try:
        origin, size, root, *_more = note.decode().split("\n")
        is_whole = _SIZE.fullmatch(size) and _ROOT.fullmatch(root) and _base64(base64.b64decode(root)) == root
    except ValueError:
        is_whole = False
    if not is_whole:
        raise UnknownError("The checkpoint cannot be read.")
    return Kept(origin, int(size), root)


def differences(kept: Kept, chain: Chain) -> list[str]:
    """Say in sentences how a log that was followed to its end differs from what was kept of it."""
    if chain.size < kept.size:
        return [f"The log has {chain.size:,} entries but had {kept.size:,}: it was cut off at the end."]
    if chain.roots[kept.size] != kept.root:
        return [f"The first {kept.size:,} entries are not what they were: the log was rewritten."]
    return []


def check(where: str, *, against: Iterable[Kept] = (), shown: Kept | None = None, keep: Path | None = None) -> str:
    """Check a log in a file or on a site and say in a sentence that it holds; raises BrokenError or UnknownError.

    `shown` is the checkpoint that a site shows. The file to keep, if there is one, is compared with too, and written anew when
    all holds.
    """
    last = read_kept(keep) if keep and is_there(keep) else None
    kept = [one for one in (*against, shown, last) if one]
    origin = f"{urlsplit(where).netloc}/log" if is_address(where) else ""
    strangers = {one.origin for one in kept} - {origin, ""} if origin else ()
    if strangers:
        raise UnknownError(f"What was kept belongs to another log: {', '.join(sorted(strangers))}.")
    chain = _follow(_fetch(f"{where.rstrip('/')}/log/entries.jsonl") if origin else _chunks(Path(where)), kept)
    if not chain.size:
        raise UnknownError("There is no entry: either nothing was published yet, or fetching it failed.")
    if keep:
        signed = _signed(shown, last, is_site=bool(origin))
        write_kept(keep, Kept(origin, chain.size, chain.tree.root, chain.head, signed))
    return f"{chain.size:,} entries, unbroken, head {chain.head}"


def _signed(shown: Kept | None, last: Kept | None, *, is_site: bool) -> int:
    """Give the size of the last checkpoint of a site; raises BrokenError if it shows none that is as large any more."""
    now, before = shown.size if shown else 0, last.signed if last else 0
    if is_site and now < before:
        raise BrokenError(f"The site shows a checkpoint of {now:,} entries but had shown one of {before:,}.")
    return max(now, before)


def _follow(chunks: Iterable[bytes], kept: list[Kept]) -> Chain:
    chain = Chain(one.size for one in kept)
    for place, line in enumerate(_lines(chunks), start=1):
        for sentence in chain.follow(line):
            raise BrokenError(f"Entry {place:,}: {sentence}")
    for sentence in (sentence for one in kept for sentence in differences(one, chain)):
        raise BrokenError(sentence)
    return chain


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole
        if len(rest) > _LONGEST_LINE:
            raise UnknownError("A line is longer than any entry is.")
    if rest:
        raise UnknownError("The log ends in the middle of a line: fetch it again.")


def _chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except OSError as error:
        raise UnknownError(f"The file cannot be read: {error}") from error


def is_address(where: str) -> bool:
    return where.startswith(("http://", "https://"))


class _SameSite(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req: Any, *answer: Any, **more: Any) -> Any:
        old, new = urlsplit(req.full_url), urlsplit(answer[-1])
        if new.netloc != old.netloc or new.scheme not in {old.scheme, "https"}:
            answer[0].close()
            raise UnknownError(f"The site sends us on to another one: {answer[-1]}")
        return super().redirect_request(req, *answer, **more)


def _fetch(address: str) -> Iterator[bytes]:
    """Fetch an address piece by piece, in bounded time and size, however slowly the site speaks."""
    pieces: Queue[bytes | Exception] = Queue(_MOST_WAITING)
    is_over = Event()
    Thread(target=_hand_over, args=(address, pieces, is_over), daemon=True).start()
    ends, left = time.monotonic() + _LONGEST_FETCH, _MOST_BYTES
    try:
        while left > 0 and (piece := pieces.get(timeout=max(0.0, ends - time.monotonic()))):
            if isinstance(piece, Exception):
                raise piece
            left -= len(piece)
            yield piece
    except Empty:
        left = 0
    finally:
        is_over.set()
    if left <= 0:
        raise UnknownError(f"{address} goes on for too long.")


def _hand_over(address: str, pieces: Queue[bytes | Exception], is_over: Event) -> None:
    """Fetch in a thread of its own: what a socket waits for, header by header, has no limit in all."""
    for piece in _pieces(address):
        while not is_over.is_set():
            try:
                pieces.put(piece, timeout=1)
                break
            except Full:
                continue
        else:
            return


def _pieces(address: str) -> Iterator[bytes | Exception]:
    """Give what is at an address, and at the end what went wrong or nothing."""
    try:
        yield from _read_pieces(address)
    except Exception as error:  # noqa: BLE001 (raised where it is waited for)
        yield error
    else:
        yield b""


def _read_pieces(address: str) -> Iterator[bytes]:
    try:
        with urllib.request.build_opener(_SameSite).open(address, timeout=_PATIENCE) as answer:
            _require(answer.status == _OK, f"the site answers {answer.status}")
            while chunk := answer.read1(_CHUNK):
                yield chunk
            _require(not answer.length, "the answer broke off before its end")
    except (OSError, HTTPException, ValueError) as error:
        raise _not_fetched(address, error) from error


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001
    if not holds:
        raise OSError(otherwise)


def _not_fetched(address: str, error: Exception) -> UnknownError:
    if isinstance(error, urllib.error.HTTPError):
        error.close()
        if error.code == _NOT_FOUND:
            return MissingError(f"There is nothing at {address}.")
    return UnknownError(f"{address} cannot be fetched: {error}")


def published_checkpoint(site: str) -> bytes | None:
    """Fetch the checkpoint of a site; to be done before the entries, so that it is never ahead of them."""
    note = b""
    try:
        for chunk in _fetch(f"{site.rstrip('/')}/log/checkpoint"):
            note += chunk
            if len(note) > _LONGEST_NOTE:
                raise UnknownError("The checkpoint is longer than any is.")
    except MissingError:
        return None
    return note


def read_file(file: Path) -> bytes:
    return b"".join(_chunks(file))


def is_there(file: Path) -> bool:
    """Whether there is anything under a name, if only a link that leads nowhere: that is no first time."""
    return os.path.lexists(file)


def read_kept(file: Path) -> Kept:
    """Read what `write_kept` wrote."""
    said = read_entry(read_file(file).rstrip(b"\n")) or {}
    said.setdefault("signed", 0)  # older ones do not say it
    kinds = {name: type(value) for name, value in said.items()}
    if (
        kinds != {"origin": str, "size": int, "root": str, "head": str, "signed": int}
        or min(said["size"], said["signed"]) < 0
    ):
        raise UnknownError(f"{file} is not what this program keeps: give another file.")
    return Kept(**said)


def write_kept(file: Path, kept: Kept) -> None:
    try:
        file = file.resolve()  # a link stays one
        unfinished = file.with_name(f"{file.name}.new")
        unfinished.write_bytes(exact_bytes(asdict(kept)) + b"\n")
        unfinished.replace(file)  # whole or not at all
    except (OSError, RuntimeError) as error:  # the latter of links that lead to each other
        raise UnknownError(f"{file} cannot be written: {error}") from error


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _shown(where: str) -> Kept | None:
    note = published_checkpoint(where) if is_address(where) else None
    return None if note is None else read_checkpoint(note)


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the public log of a pledge tracker.")
    parser.add_argument("log", help="a file of entries, or the address of a site")
    parser.add_argument("--checkpoint", type=Path, metavar="FILE", help="a checkpoint to compare with")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="where to keep what was seen, for the next time")
    options = parser.parse_args()
    try:
        against = [read_checkpoint(read_file(options.checkpoint))] if options.checkpoint else []
        print(check(options.log, against=against, shown=_shown(options.log), keep=options.keep))
    except BrokenError as error:
        print(error, file=sys.stderr)
        return BROKEN
    except UnknownError as error:
        print(error, file=sys.stderr)
        return UNKNOWN
    return UNBROKEN


if __name__ == "__main__":
    sys.exit(main())
