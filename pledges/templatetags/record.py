"""How the values of the record are shown."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.db.models import TextChoices
from django.template.loader import render_to_string
from django.urls import translate_url
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext_lazy as _

from pledges import markdown as renderer
from pledges import structured_data
from pledges.dates import PartialDate
from pledges.listed import ListedPledge
from pledges.models import Evidence, Pledge, Source
from pledges.pledge_page import PledgePage
from pledges.snippets import Piece

register = template.Library()
# As Django's json_script does: nothing in it can end the element or begin a comment.
_IN_SCRIPT = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}
_PLACES = {
    "quotation": _("The pledge:"),
    "measure": _("From how we will tell:"),
    "background": _("From the background:"),
    "summary": _("From a verdict:"),
    "verdict": _("From a verdict:"),
    "evidence": _("From the evidence:"),
    "source": _("Among the sources:"),
    "department": _("Responsible:"),
    "topic": _("Topic:"),
    "promisor": _("Promised by:"),
    "rating": _("Rating:"),
}


@register.simple_tag
def markdown(text: str, *doc_id: object, top_heading: int = 3) -> SafeString:
    """Render Markdown; what follows the text keeps the footnotes of several texts on one page apart."""
    return renderer.render(text, "-".join(map(str, doc_id)), top_heading=top_heading)


@register.simple_tag
def pledge_row(row: ListedPledge, within: str = "") -> SafeString:
    """Show one line of a list, for an <li> of <ul class="rows">: all but one of a list are what they were before a change."""
    return (_draw_row if settings.DEBUG else _row)(row, within, get_language())


def _draw_row(row: ListedPledge, within: str, _language: str | None) -> SafeString:
    return render_to_string("components/pledge_row.html", {"row": row, "within": within})


_row = lru_cache(maxsize=2_000)(_draw_row)


class ReadyNode(template.Node):
    def __init__(self, name: str, nodes: template.NodeList) -> None:
        self.name, self.nodelist = name, nodes

    def render(self, context: template.Context) -> SafeString:
        parts: dict[str, str] = context["page"].parts
        if self.name not in parts:
            parts[self.name] = self.nodelist.render(context)
        return mark_safe(parts[self.name])  # noqa: S308


@register.tag
def ready(parser: template.base.Parser, token: template.base.Token) -> ReadyNode:
    """Show a part of a pledge page that changes only with its edition and sources: as made when that came out, or anew.

    `{% ready NAME %} … {% endready %}` around it; what is within must not ask who reads, or when.
    """
    _tag, name = token.split_contents()
    nodes = parser.parse(("endready",))
    parser.delete_first_token()
    return ReadyNode(name, nodes)


@register.simple_tag
def partial_date(stored: str) -> str:
    """Show a partial date in words, marked up as a time where it is one."""
    partial = PartialDate.parse(stored)
    if partial.is_bound:
        return str(partial)
    return format_html('<time datetime="{}">{}</time>', stored, partial)


@register.filter
def source_kind(kind: str) -> str:
    return _label(Source.Kind, kind)


@register.filter
def is_primary(kind: str) -> bool:
    """Whether a source of this kind counts as primary; an old edition may hold a kind that this release no longer has."""
    return kind in Source.Kind.values and Source.Kind(kind).is_primary


@register.filter
def direction(name: str) -> str:
    return _label(Evidence.Direction, name)


@register.filter
def pledge_kind(kind: str) -> str:
    return _label(Pledge.Kind, kind)


def _label(choices: type[TextChoices], value: str) -> str:
    """Show a choice in words; an old edition may hold one that this release no longer has."""
    return str(choices(value).label) if value in choices else value


@register.filter
def place_of_text(place: str) -> str:
    """Say where on a pledge page a snippet is from."""
    return str(_PLACES[place])


@register.filter
def marked(pieces: Iterable[Piece]) -> SafeString:
    """Show a text in pieces, with what a search found in it marked."""
    shown = (format_html("<mark>{}</mark>", piece.text) if piece.is_found else piece.text for piece in pieces)
    return format_html_join("", "{}", ((piece,) for piece in shown))


@register.filter
def source_today(sources: dict[int, Source], key: int) -> Source | None:
    """Find the standing facts of a cited source."""
    return sources.get(key)


@register.simple_tag
def claim_review(page: PledgePage) -> str:
    """Write the verdict of a pledge page for search engines, where there is one that settles the matter."""
    review = structured_data.claim_review(page)
    return _data_block(review) if review else ""


@register.simple_tag
def organization() -> str:
    """Write who publishes the tracker, for search engines."""
    return _data_block(structured_data.organization())


@register.simple_tag
def website() -> str:
    """Write what the site is and how it is searched, for search engines."""
    return _data_block(structured_data.website())


@register.simple_tag
def language_versions(address: str) -> list[dict[str, str]]:
    """Give a page's address in each language of the site, under the code for `hreflang`; "x-default" is the usual one."""
    versions = {to_locale(code).replace("_", "-"): translate_url(address, code) for code, _name in settings.LANGUAGES}
    versions["x-default"] = translate_url(address, settings.LANGUAGE_CODE)
    return [{"code": code, "address": version} for code, version in versions.items()]


@register.simple_tag
def breadcrumb_list(crumbs: Iterable[Mapping[str, str]]) -> str:
    """Write the way to a page for search engines. Needs crumbs with a name and, but for the last, an address."""
    return _data_block(structured_data.breadcrumbs(crumbs))


def _data_block(value: Any) -> SafeString:
    # json.dumps writes all that is not ASCII as escapes, U+2028 and U+2029 among them.
    text = json.dumps(value).translate(_IN_SCRIPT)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308
