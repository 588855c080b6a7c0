"""What differs between two texts, word by word, in a bounded time."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_PARAGRAPHS = re.compile(r"[^\n]*\n|[^\n]+")
_SAYS_SOMETHING = re.compile(r"\w")
MOST_STEPS = 300_000  # of a comparison, in a fifth of a second or less
_SIGNS_OF_UNIT, _SIGNS_READ = 3, 30  # that a word or a space has, and that are passed over in one step: more or less

Mark = Literal["same", "inserted", "deleted", "left out"]


@dataclass(frozen=True)
class Piece:
    """A run of text that stands in both, or only in the new, or only in the old one."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Difference:
    """One field that differs; `label` says which, in the words of the site."""

    label: str
    pieces: tuple[Piece, ...]


class Effort:
    """How many steps taking texts apart and comparing them may still take. Who compares many texts at once shares one."""

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self.left = steps


def compare_texts(old: str, new: str, effort: Effort | None = None) -> tuple[Piece, ...]:
    """Give the pieces of both texts in reading order; all but the inserted make up the old, all but the deleted the new.

    Word by word; where that would take too long paragraph by paragraph, or else each text as a whole.
    """
    effort = effort or Effort()
    for unit in (_WORDS, _PARAGRAPHS) if old and new else ():
        signs = len(old) + len(new)
        if signs // _SIGNS_OF_UNIT > effort.left:
            break  # even to take them apart would take too long
        before, after = unit.findall(old), unit.findall(new)
        effort.left -= len(before) + len(after) + signs // _SIGNS_READ
        runs = _common_runs(before, after, effort)
        if runs is not None:
            return tuple(_pieces(before, after, _without_gaps(before, runs)))
    return tuple(_replaced(old, new))


def shorten(pieces: Sequence[Piece], *, beside: int = 300) -> tuple[Piece, ...]:
    """Leave out what stands in both far from any difference, but for some characters beside each."""
    shown: list[Piece] = []
    for place, piece in enumerate(pieces):
        first, last = place == 0, place == len(pieces) - 1
        if piece.mark != "same" or len(piece.text) <= 3 * beside:
            shown.append(piece)
            continue
        shown += [] if first else [Piece("same", piece.text[:beside])]
        shown.append(Piece("left out", ""))
        shown += [] if last else [Piece("same", piece.text[-beside:])]
    return tuple(shown)


class _Run(NamedTuple):
    """So many units from here in the old and there in the new text are the same."""

    old: int
    new: int
    length: int


def _common_runs(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[_Run] | None:
    """Give what a shortest edit leaves as it is, in order; None when finding it takes more than half of what is left."""
    fewest = _fewest_edits(before, after)
    search = _Search(before, after, allowed=effort.left // 2)
    if fewest * fewest // 2 > search.allowed:
        return None
    runs = search.runs()
    effort.left -= search.spent
    return runs


def _fewest_edits(before: Sequence[str], after: Sequence[str]) -> int:
    old, new = Counter(before), Counter(after)
    return (old - new).total() + (new - old).total()


class _Search:
    """Myers' greedy search for a shortest edit ("An O(ND) Difference Algorithm", 1986).

    Its work can be counted as it goes; that of the standard library's matcher is cubic for texts that repeat themselves.
    A diagonal is the place in the old text minus that in the new one.
    """

    def __init__(self, before: Sequence[str], after: Sequence[str], *, allowed: int) -> None:
        self.before, self.after, self.allowed = before, after, allowed
        self.ends = (len(before), len(after))
        self.furthest = {1: 0}  # by diagonal: how far into the old text so many edits lead
        self.trail: list[dict[int, int]] = []
        self.spent = 0

    def runs(self) -> list[_Run] | None:
        """Give what stands in both; None if that takes more than is allowed."""
        for edits in range(sum(self.ends) + 1):
            self.trail.append(self.furthest.copy())
            for diagonal in range(-edits, edits + 1, 2):
                if self._follow(diagonal):
                    return self._walk_back()
                if self.spent > self.allowed:
                    return None
        raise AssertionError  # so many edits turn any text into any other

    def _follow(self, diagonal: int) -> bool:
        """Go on along a diagonal as far as the texts agree; says whether that is the end of both."""
        start, _from = self._step(diagonal, self.furthest)
        self.spent += 1
        if start < 0:
            return False
        place = start
        ends = min(self.ends[0], self.ends[1] + diagonal)
        while place < ends and self.before[place] == self.after[place - diagonal]:
            place += 1
        self.spent += place - start
        self.furthest[diagonal] = place
        return (place, place - diagonal) == self.ends

    def _step(self, diagonal: int, furthest: dict[int, int]) -> tuple[int, int]:
        """Give how far one more edit leads on a diagonal, and from which one; -1 when none leads there."""
        deleting, inserting = furthest.get(diagonal - 1, -1), furthest.get(diagonal + 1, -1)
        deleted = deleting + 1 if 0 <= deleting < self.ends[0] else -1
        inserted = inserting if 0 <= inserting - diagonal <= self.ends[1] else -1
        return (deleted, diagonal - 1) if deleted > inserted else (inserted, diagonal + 1)

    def _walk_back(self) -> list[_Run]:
        runs: list[_Run] = []
        old, new = self.ends
        for furthest in reversed(self.trail):
            diagonal = old - new
            start, came_from = self._step(diagonal, furthest)
            if old > start:
                runs.append(_Run(start, start - diagonal, old - start))
            old = furthest[came_from]
            new = old - came_from
        return runs[::-1]


def _without_gaps(before: Sequence[str], runs: Sequence[_Run]) -> list[_Run]:
    """Take spaces and signs between two differences into them: a reader follows a sentence, not its commas."""
    return [
        run
        for place, run in enumerate(runs)
        if place in {0, len(runs) - 1} or any(map(_SAYS_SOMETHING.search, before[run.old : run.old + run.length]))
    ]


def _pieces(before: Sequence[str], after: Sequence[str], runs: Sequence[_Run]) -> Iterator[Piece]:
    old = new = 0
    for run in [*runs, _Run(len(before), len(after), 0)]:
        yield from _replaced("".join(before[old : run.old]), "".join(after[new : run.new]))
        old, new = run.old + run.length, run.new + run.length
        if run.length:
            yield Piece("same", "".join(before[run.old : old]))


def _replaced(old: str, new: str) -> Iterator[Piece]:
    if old:
        yield Piece("deleted", old)
    if new:
        yield Piece("inserted", new)
