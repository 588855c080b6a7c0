"""A feed of changes as Atom, for whoever follows the tracker in a reader of feeds.

Ids stay what they are when an address moves; the moments are those of the editions, so that nothing but an announced
edition makes a feed look new.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.xmlutils import SimplerXMLGenerator

from pledges.changes import Change
from pledges.content import PledgeContent
from pledges.labels import Label
from pledges.markdown import for_elsewhere
from pledges.models import Edition
from pledges.text import clean

MOST_ENTRIES = 50
CONTENT_TYPE = "application/atom+xml; charset=utf-8"

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # a feed without entries: Django would say now, and at every request anew
_YEAR = 2026  # a tag names a year in which its host was ours; it may never change


@dataclass(frozen=True)
class Heading:
    """What a feed is about: its lasting name, its title, its own path and that of the page it follows."""

    name: str
    title: str
    path: str
    page: str


class _Feed(Atom1Feed):
    def latest_post_date(self) -> datetime:
        return max((entry["updateddate"] for entry in self.items), default=_NEVER)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


def atom(heading: Heading, told: Iterable[Change], said: Mapping[int, PledgeContent]) -> str:
    """Write a feed; `said` has, by sequence, what the page said from a change on, as far as that may be told."""
    feed = _Feed(
        title=clean(f"{settings.SITE_NAME}: {heading.title}"),
        link=settings.SITE_URL + heading.page,
        description="",
        language=get_language(),
        author_name=settings.SITE_PUBLISHER,
        author_link=f"{settings.SITE_URL}/",
        feed_url=settings.SITE_URL + heading.path,
        feed_guid=tag(heading.name),
        feed_copyright=settings.SITE_LICENCE,
    )
    for change in told:
        _add(feed, change, said.get(change.sequence))
    return feed.writeString("utf-8")


def tag(name: str) -> str:
    """Give the lasting id of a feed or an entry (RFC 4151)."""
    return f"tag:{settings.SITE.hostname},{_YEAR}:{name}"


def title(change: Change) -> str:
    """Give the headline with the rating, and with the one before it if that is another."""
    if change.is_withdrawn:
        return _("A pledge page was withdrawn")
    if change.has_moved and change.kind != Edition.Kind.FIRST:
        return f"{change.headline}: {_name(change.before)} → {_name(change.after)}"
    return f"{change.headline}: {_name(change.after)}"


def move(change: Change) -> str:
    """Say in a sentence where the rating was and is; nothing of a page that was withdrawn."""
    names = {"before": _name(change.before), "after": _name(change.after)}
    if change.is_withdrawn:
        return ""
    if change.kind == Edition.Kind.FIRST:
        return _("Rating: %(after)s.") % names
    if change.has_moved:
        return _("The rating was “%(before)s” and is now “%(after)s”.") % names
    return _("The rating is still “%(after)s”.") % names


def _add(feed: _Feed, change: Change, content: PledgeContent | None) -> None:
    address = settings.SITE_URL + reverse("pledge-detail", args=[change.slug])
    words = {"change": change, "move": move(change), "content": content}
    html = for_elsewhere(render_to_string("pledges/feed_entry.html", words), base=address)
    feed.add_item(
        title=clean(title(change)),
        link=address,
        description=escape(clean(" ".join(filter(None, [f"{change.kind_label}.", move(change), change.change_note])))),
        content=clean(html),
        unique_id=tag(f"entry/{change.sequence}"),
        pubdate=change.published_at,
        updateddate=change.published_at,
        author_name=settings.SITE_PUBLISHER,
        categories=[change.kind_label],
        item_copyright=settings.SITE_LICENCE,
    )


def _name(rating: Label | None) -> str:
    return rating.name if rating else _("Not yet rated")
