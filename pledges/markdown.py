"""The one Markdown renderer: pages, preview, feeds, e-mail and exports all use it.

CommonMark with tables, strike-through and footnotes, no raw HTML; the result passes an
allow-list of elements, attributes and address schemes.
"""

import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from itertools import accumulate
from typing import Any

import nh3
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, blockquote, list_block, table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from pledges.text import clean

MAX_LENGTH = 60_000
MAX_OPENERS = 500  # of "[" or "<" each: parsers that look ahead from every one grow quadratic
MAX_DEPTH = 20
MAX_LINES = 3_000
MAX_SIGNS = 3_000  # of each other sign that the parser has to think about
MAX_BLOCKS = 3_000  # quotes, lists and cells of tables: a character or two make one, and a short row makes many
MAX_REFERENCE = 500  # characters of a link's definition, which may be repeated at every use
MAX_REPEATED = 100_000  # characters that one such definition may come to in all
_SIGNS = "*_~`&!|\\"

_ALIGNMENT = re.compile(r"text-align:(left|center|right)")
# Which other blocks each may begin in the middle of, as the parser has it.
_INTERRUPTS = {
    "table": ["paragraph", "reference"],
    "blockquote": ["paragraph", "reference", "blockquote", "list"],
    "list": ["paragraph", "reference", "blockquote"],
}
_LEAVES = {"text", "code_inline", "code_block", "fence"}
_CONTAINERS = ("blockquote_", "list_item_", "footnote_reference_")


Rule = Callable[[StateBlock, int, int, bool], bool]


def _is_own_address(address: str) -> bool:
    return address.startswith(("#", "/")) and not address.startswith("//")


def _keep_attribute(element: str, attribute: str, value: str) -> str | None:
    # A picture from elsewhere would tell that site who reads this page.
    return None if (element, attribute) == ("img", "src") and not _is_own_address(value) else value


def _make_cleaner(base: str = "") -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={
            *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "em", "strong", "s", "code", "pre", "blockquote"),
            *("ul", "ol", "li", "a", "img", "sup", "div", "table", "thead", "tbody", "tr", "th", "td"),
        },
        attributes={
            "a": {"href", "title", "rel", "id"},
            "img": {"src", "alt", "title", "loading"},
            "li": {"id"},
            "ol": {"start"},
            "th": set(),
            "td": set(),
        },
        allowed_classes={
            "a": {"footnote-backref"},
            "sup": {"footnote-ref"},
            "div": {"footnotes"},
            "ol": {"footnotes-list"},
            "li": {"footnote-item"},
            "th": {"align-left", "align-center", "align-right"},
            "td": {"align-left", "align-center", "align-right"},
        },
        url_schemes={"http", "https", "mailto"},
        attribute_filter=_keep_attribute,
        url_relative=("rewrite_with_base", base) if base else None,
        link_rel=None,  # set on outside links only, by _open_link
    )


_CLEANER = _make_cleaner()


def _shift_headings(state: StateCore) -> None:
    # The page owns the headings above: those of a text start right below them and skip no level.
    top = state.env.get("top_heading", 3)
    level = top - 1
    headings = [token for token in state.tokens if token.type in {"heading_open", "heading_close"}]
    used = sorted({token.tag for token in headings})
    for opening, closing in zip(headings[::2], headings[1::2], strict=True):
        level = min(top + used.index(opening.tag), level + 1, 6)
        opening.tag = closing.tag = f"h{level}"


def _align_by_class(state: StateCore) -> None:
    # The content security policy refuses style attributes.
    for token in state.tokens:
        aligned = _ALIGNMENT.fullmatch(str(token.attrs.pop("style", "")))
        if aligned:
            token.attrJoin("class", f"align-{aligned[1]}")


def _open_link(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    if not _is_own_address(str(tokens[index].attrGet("href"))):
        tokens[index].attrSet("rel", "noopener nofollow")
    return self.renderToken(tokens, index, options, env)


def _open_footnotes(*_arguments: Any) -> str:
    return '<hr class="footnotes-sep">\n<div class="footnotes">\n<ol class="footnotes-list">\n'


def _close_footnotes(*_arguments: Any) -> str:
    return "</ol>\n</div>\n"


def _bounded(rule: Rule) -> Rule:
    """Have a rule of the parser open no more blocks once there are too many, and count them in `env`."""

    def bounded(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
        is_full = state.env.setdefault("blocks", 0) > MAX_BLOCKS
        found = not is_full and rule(state, start, end, silent)
        state.env["blocks"] += bool(found and not silent)
        return found

    return bounded


def _bounded_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 (the parser's signature)
    """Do the same with the cells of tables; of one too large, read just as many rows as make it so."""
    if state.env.setdefault("blocks", 0) > MAX_BLOCKS or start + 1 >= end:
        return False
    delimiters = state.src[state.bMarks[start + 1] : state.eMarks[start + 1]].split("|")
    columns = sum(bool(delimiter.strip()) for delimiter in delimiters) or 1
    first = len(state.tokens)
    found = table(state, start, min(end, start + 3 + MAX_BLOCKS // columns), silent)
    state.env["blocks"] += sum(token.type == "td_open" for token in state.tokens[first:])
    return found


def _make_parser() -> MarkdownIt:
    # The parser drops what is nested deeper, without a word; an item of a list is two levels for it.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MAX_DEPTH * 2 + 2})
    parser.enable(["table", "strikethrough"]).use(footnote_plugin)
    rules = {"table": _bounded_table, "blockquote": _bounded(blockquote), "list": _bounded(list_block)}
    for name, rule in rules.items():
        parser.block.ruler.at(name, rule, {"alt": _INTERRUPTS[name]})
    parser.core.ruler.push("shift_headings", _shift_headings)
    parser.core.ruler.push("align_by_class", _align_by_class)
    parser.add_render_rule("link_open", _open_link)
    parser.add_render_rule("footnote_block_open", _open_footnotes)  # not a section: it has no heading
    parser.add_render_rule("footnote_block_close", _close_footnotes)
    return parser


_PARSER = _make_parser()


def render(text: str, doc_id: str = "", *, top_heading: int = 3) -> SafeString:
    """Give safe HTML; `doc_id` keeps footnotes of several texts on one page apart, `top_heading` is the level of “#”."""
    env: dict[str, Any] = {"top_heading": top_heading, **({"docId": doc_id} if doc_id else {})}
    return mark_safe(_CLEANER.clean(_PARSER.render(clean(text), env)))  # noqa: S308


def for_elsewhere(html: str, *, base: str) -> SafeString:
    """Give HTML as feed readers and other sites may show it: past the same allow-list, every address whole."""
    return mark_safe(_make_cleaner(base).clean(html))  # noqa: S308


def plain(text: str) -> str:
    """Give the words of a text without its marks, on one line."""
    return " ".join(" ".join(_plain_parts(_PARSER.parse(clean(text)))).split())


def _plain_parts(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type in _LEAVES:
            yield token.content
        elif token.children is not None:
            yield "".join(_plain_parts(token.children))
        elif token.type in {"softbreak", "hardbreak"}:
            yield " "


def problems(text: str) -> list[str]:
    """List, in sentences, why a text may not be stored; takes no longer than rendering it would."""
    found = []
    if len(text) > MAX_LENGTH:
        found.append(
            _("This text has %(length)d characters; the most is %(most)d.") % {"length": len(text), "most": MAX_LENGTH}
        )
    found += [
        _("This text has %(count)d “%(mark)s” signs; the most is %(most)d.")
        % {"count": count, "mark": mark, "most": MAX_OPENERS}
        for mark in "[<"
        if (count := text.count(mark)) > MAX_OPENERS
    ]
    found += [
        _("This text has %(count)d “%(mark)s” signs; the most is %(most)d.")
        % {"count": count, "mark": mark, "most": MAX_SIGNS}
        for mark in _SIGNS
        if (count := text.count(mark)) > MAX_SIGNS
    ]
    if (lines := text.count("\n")) > MAX_LINES:
        found.append(_("This text has %(lines)d lines; the most is %(most)d.") % {"lines": lines, "most": MAX_LINES})
    return found or _problems_of_structure(text)


def _problems_of_structure(text: str) -> list[str]:
    env: dict[str, Any] = {}
    tokens: list[Token] = []
    _PARSER.block.parse(text, _PARSER, env, tokens)
    found = []
    if _depth(tokens) > MAX_DEPTH:
        found.append(_("Quotes and lists may be nested %d deep at the most.") % MAX_DEPTH)
    if env.get("blocks", 0) > MAX_BLOCKS:
        found.append(_("This text has more than %d quotes, lists and cells of tables.") % MAX_BLOCKS)
    return [*found, *_problems_of_references(text, env.get("references", {}).values())]


def _problems_of_references(text: str, references: Iterable[Any]) -> Iterator[str]:
    longest = max((len(reference["href"]) + len(reference["title"]) for reference in references), default=0)
    if longest > MAX_REFERENCE:
        yield _("The definition of a link may have %d characters at the most.") % MAX_REFERENCE
    elif longest * text.count("[") > MAX_REPEATED:
        yield _("The definition of a link is long and used too often: shorten it.")


def _depth(tokens: list[Token]) -> int:
    nested = accumulate(token.nesting for token in tokens if token.type.startswith(_CONTAINERS))
    return max(nested, default=0)
