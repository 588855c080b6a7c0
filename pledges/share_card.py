"""The picture that goes with a link to a pledge: the quotation, and the verdict as word, shape and colour.

A pure function of what an edition says: the same content makes the same bytes. It never alters a quotation silently: what
is too long ends with “…”, emoji may be missing, and one that the fonts cannot write otherwise gives way to the headline and
the sentence that it is to be read on the page.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont

from pledges.content import PledgeContent, VerdictContent
from pledges.dates import PartialDate
from pledges.labels import UNRATED
from pledges.models import Family

WIDTH, HEIGHT = 1200, 630
VERSION = 3  # of the drawing: raise it whenever the same content makes another picture

# As in static/css/tokens.css, on a light page.
PAGE, TEXT, QUIET, LINE = "#fdfcfa", "#17191c", "#55595f", "#dcd7cd"
COLOURS = {
    Family.KEPT: "#13673b",
    Family.PARTLY: "#545f00",
    Family.MOVING: "#1a5296",
    Family.STALLED: "#8a4700",
    Family.BROKEN: "#a8201f",
    Family.UNDECIDED: "#644593",
    UNRATED: "#55595f",
}

_SAME = str.maketrans("\u2010\u2011", "--")  # hyphens that the fonts lack
_FONTS = Path(__file__).parent / "fonts"
_MARGIN, _STRIPE = 72, 24
_INNER = WIDTH - 2 * _MARGIN
_SHAPE = 72  # wide and high
_LEADING = 1.26
# Emoji, but for those that mean yes or no.
_EMOJI = frozenset(
    map(chr, (*range(0x2600, 0x2700), *range(0x1F000, 0x1FB00), 0x20E3, 0x2728, 0x2764, 0x2B50, 0xFE0E, 0xFE0F))
)
_FINENESS = 8  # shapes are drawn so many times larger, then made smaller: their edges are smooth

# As in templates/components/shape.html, out of 16: what is drawn, whether it is ink, and where.
_DISC = ("ellipse", True, {"xy": (0.5, 0.5, 15.5, 15.5)})
_SHAPES: dict[str, list[tuple[str, bool, dict[str, Any]]]] = {
    Family.KEPT: [_DISC, ("polygon", False, {"xy": (3.5, 8.2, 6.9, 11.6, 12.5, 6, 11.1, 4.6, 6.9, 8.8, 4.9, 6.8)})],
    Family.PARTLY: [_DISC, ("pieslice", False, {"xy": (2.5, 2.5, 13.5, 13.5), "start": -90, "end": 90})],
    Family.MOVING: [("polygon", True, {"xy": (2.5, 1, 15.5, 8, 2.5, 15)})],
    Family.STALLED: [
        ("rectangle", True, {"xy": (1, 1, 15, 15)}),
        ("rectangle", False, {"xy": (4.7, 4.2, 7.1, 11.8)}),
        ("rectangle", False, {"xy": (8.9, 4.2, 11.3, 11.8)}),
    ],
    Family.BROKEN: [
        ("polygon", True, {"xy": (3.1, 0.9, 8, 5.8, 12.9, 0.9, 15.1, 3.1, 10.2, 8, 15.1, 12.9)}),
        ("polygon", True, {"xy": (12.9, 15.1, 8, 10.2, 3.1, 15.1, 0.9, 12.9, 5.8, 8, 0.9, 3.1)}),
        ("polygon", True, {"xy": (3.1, 0.9, 15.1, 12.9, 12.9, 15.1, 0.9, 3.1)}),
    ],
    Family.UNDECIDED: [
        ("polygon", True, {"xy": (8, 0, 16, 8, 8, 16, 0, 8)}),
        ("polygon", False, {"xy": (8, 2.6, 13.4, 8, 8, 13.4, 2.6, 8)}),
        *(("ellipse", True, {"xy": (left, 6.9, left + 2.2, 9.1)}) for left in (3.9, 6.9, 9.9)),
    ],
    UNRATED: [
        ("arc", True, {"xy": (0.5, 0.5, 15.5, 15.5), "start": turn, "end": turn + 27}) for turn in range(0, 360, 45)
    ],
}


@dataclass(frozen=True)
class _Box:
    """A place for text, and the sizes to try there, largest first; its `anchor` is Pillow's."""

    left: int
    top: int
    width: int
    height: int
    sizes: Sequence[int]
    is_bold: bool = False
    anchor: str = "la"

    def lines_at(self, size: int) -> int:
        return max(1, int(self.height / (size * _LEADING)))


_WHO = _Box(_MARGIN, 54, _INNER, 42, (30, 26, 22))
_PROMISE = _Box(_MARGIN, 108, _INNER, 304, range(64, 28, -4), is_bold=True)
# In place of a quotation that cannot be written.
_HEADLINE = replace(_PROMISE, height=236)
_ELSEWHERE = _Box(_MARGIN, 358, _INNER, 44, (30, 26, 22))
_VERDICT = _Box(_MARGIN + _SHAPE + 24, 428, _INNER - _SHAPE - 24, _SHAPE, (54, 46, 38, 30, 26, 22), is_bold=True)
_ATTRIBUTION = _Box(_MARGIN, 508, _INNER, 36, (26, 22))
_SITE = _Box(_MARGIN, 572, 700, 36, (26, 22), is_bold=True)
_WHEN = _Box(_MARGIN + 720, 572, _INNER - 720, 36, (26, 22), anchor="ra")


@dataclass(frozen=True)
class _Fitted:
    """Text in lines that fit into a box at this size; `is_whole` if nothing of it had to be left out."""

    lines: list[str]
    size: int
    is_whole: bool


def share_card(content: PledgeContent, *, published_on: date, site_name: str) -> bytes:
    """Draw the card of an edition as a PNG, 1200 pixels wide and 630 high."""
    card = Image.new("RGB", (WIDTH, HEIGHT), PAGE)
    draw = ImageDraw.Draw(card)
    verdict, family = content.verdict, _family(content.verdict)
    draw.rectangle((0, 0, _STRIPE, HEIGHT), fill=COLOURS[family])
    draw.rectangle((_MARGIN, 556, WIDTH - _MARGIN, 557), fill=LINE)
    card.paste(COLOURS[family], (_MARGIN, _VERDICT.top), _shape(family))
    for box, text in _promise(content):
        _write(draw, box, text, TEXT if box.is_bold else QUIET)
    _write(draw, _VERDICT, _word(verdict), COLOURS[family])
    _write(draw, _ATTRIBUTION, _fit(_whose(verdict), _ATTRIBUTION), QUIET)
    _write(draw, _SITE, _fit(_drawable(site_name), _SITE), TEXT)
    _write(draw, _WHEN, _fit(_("Edition of %s") % format_date(published_on, "j F Y"), _WHEN), QUIET)
    written = BytesIO()
    card.save(written, "PNG")
    return written.getvalue()


def _family(verdict: VerdictContent | None) -> str:
    return verdict.rating.family if verdict and verdict.rating.family in COLOURS else UNRATED


def _word(verdict: VerdictContent | None) -> _Fitted:
    """Fit the rating in, as a whole, or else what its family is called: half a rating may say the opposite."""
    if verdict is None:
        return _fit(_("Not yet rated"), _VERDICT)
    name = _fit(_drawable(verdict.rating.name), _VERDICT)
    if name.lines and name.is_whole:
        return name
    return _fit(str(dict(Family.choices).get(verdict.rating.family, _("Rated"))), _VERDICT)


def _whose(verdict: VerdictContent | None) -> str:
    """Say whose verdict it is, if it is somebody else's; of one of our own, which date it has."""
    if verdict is None:
        return ""
    if verdict.attribution:
        return _drawable(verdict.attribution) or _("Verdict, reported from elsewhere")
    return _("Rating dated %s") % PartialDate.parse(verdict.effective_on)


def _promise(content: PledgeContent) -> Iterator[tuple[_Box, _Fitted]]:
    """Give who promised what and when: the quotation, or else the headline and where the quotation is to be read."""
    made_on = str(PartialDate.parse(content.made_on))
    who = ", ".join(filter(None, [_drawable(content.promisor.name), made_on]))
    yield _WHO, _fit(who, _WHO)
    quotation = _fit(_drawable(content.quotation), _PROMISE, marks="“”")
    if quotation.lines:
        yield _PROMISE, quotation
        return
    headline = _fit(_drawable(content.headline), _HEADLINE)
    yield _HEADLINE, headline if headline.lines else _fit(who, _HEADLINE)
    yield _ELSEWHERE, _fit(_("What was promised, word for word, is on the page of the pledge."), _ELSEWHERE)


def _fit(text: str, box: _Box, *, marks: str = "") -> _Fitted:
    """Break a text between words at the largest size at which all of it fits; at the smallest what is too much becomes “…”.

    `marks` are the quotation marks to put around it, an opening and a closing one. No text, and a text whose first word is
    too long for the box, gives no line.
    """
    opening, closing = marks[:1], marks[1:]
    words = f"{opening}{text}{closing}".split() if text else []
    lines: list[list[str]] = []
    for size in box.sizes:
        lines = _broken(words, box, size)
        if is_whole := sum(map(len, lines)) == len(words):
            break
    else:
        lines = _shortened(lines, f"…{closing}", box)
    return _Fitted([" ".join(line) for line in lines], size, is_whole)


def _broken(words: list[str], box: _Box, size: int) -> list[list[str]]:
    """Break as many words into lines as fit, up to the first that does not."""
    space, lines, used = _width(" ", size, is_bold=box.is_bold), list[list[str]](), float(box.width)
    for word in words:
        wide = _width(word, size, is_bold=box.is_bold)
        if used + space + wide <= box.width:
            lines[-1].append(word)
            used += space + wide
        elif wide <= box.width and len(lines) < box.lines_at(size):
            lines.append([word])
            used = wide
        else:
            break
    return lines


def _shortened(lines: list[list[str]], end: str, box: _Box) -> list[list[str]]:
    """Take words off the last line until the end fits behind them; without any room for it there is no text."""
    if not lines:
        return []
    *above, last = lines
    while last:
        ended = [*last[:-1], last[-1].rstrip(".,;:–—") + end]
        if _width(" ".join(ended), box.sizes[-1], is_bold=box.is_bold) <= box.width:
            return [*above, ended]
        last = last[:-1]
    return _shortened(above, end, box)


def _write(draw: ImageDraw.ImageDraw, box: _Box, text: _Fitted, colour: str) -> None:
    """Write lines into a box: from its top, but in the middle of one that has room for one line only."""
    if not text.lines:
        return
    font, leading = _font(text.size, is_bold=box.is_bold), round(text.size * _LEADING)
    left = box.left + box.width if box.anchor.startswith("r") else box.left
    top = box.top if box.lines_at(text.size) > 1 else box.top + (box.height - leading) // 2
    for number, line in enumerate(text.lines):
        draw.text((left, top + number * leading), line, fill=colour, font=font, anchor=box.anchor)


@cache
def _font(size: int, *, is_bold: bool) -> ImageFont.FreeTypeFont:
    name = "Inter-Bold.ttf" if is_bold else "Inter-Regular.ttf"
    # The basic layout is the same on every machine; the other one depends on what is installed.
    return ImageFont.truetype(_FONTS / name, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _width(text: str, size: int, *, is_bold: bool) -> float:
    # At the size that is drawn: the basic layout rounds each sign's width, so that none can be told from another size.
    return _font(size, is_bold=is_bold).getlength(text)


def _drawable(text: str) -> str:
    """Give a text that the fonts can write, without emoji and what nobody sees; nothing if they lack anything else."""
    text = "".join(sign for sign in text.translate(_SAME) if sign not in _EMOJI and not _is_unseen(sign))
    return " ".join(text.split()) if all(sign.isspace() or _is_in_fonts(sign) for sign in set(text)) else ""


def _is_unseen(sign: str) -> bool:
    """Whether it only says how others are set: joiners, soft hyphens, marks of direction."""
    return unicodedata.category(sign) == "Cf"


@lru_cache(maxsize=4096)
def _is_in_fonts(sign: str) -> bool:
    # What stands for a missing sign in these fonts is empty; the basic layout does not know where a combining mark goes.
    is_mark = unicodedata.category(sign).startswith("M")
    return not is_mark and _font(_PROMISE.sizes[0], is_bold=True).getmask(sign).getbbox() is not None


@cache
def _shape(family: str) -> Image.Image:
    """Draw the shape of a family of ratings as a mask."""
    scale = _SHAPE * _FINENESS / 16
    mask = Image.new("L", (_SHAPE * _FINENESS, _SHAPE * _FINENESS), 0)
    draw = ImageDraw.Draw(mask)
    for primitive, is_ink, where in _SHAPES[family]:
        options = {**where, "xy": [place * scale for place in where["xy"]], "fill": 255 if is_ink else 0}
        if primitive == "arc":
            options["width"] = round(2 * scale)
        getattr(draw, primitive)(**options)
    return mask.resize((_SHAPE, _SHAPE), Image.Resampling.LANCZOS)
