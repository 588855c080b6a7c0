"""A feed of changes as Atom, for whoever follows the tracker in a reader of feeds.

Ids stay what they are when an address moves; the moments are those of the editions, so that nothing but an announced
edition makes a feed look new, and entries say and link to what their edition did.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
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
from pledges.labels import Label
from pledges.markdown import for_elsewhere
from pledges.models import Edition
from pledges.text import clean

MOST_ENTRIES = 50
MOST_BYTES = 120_000  # of what the entries' editions say: those who follow fetch a feed again and again
CONTENT_TYPE = "application/atom+xml; charset=utf-8"
_LONGEST_REMEMBERED = 16_000  # bytes of an edition: so that those remembered take a few megabytes at most

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


def atom(heading: Heading, told: Iterable[Change]) -> str:
    feed = _Feed(
        title=clean(feed_title(heading.title)),
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
        _add(feed, change)
    return feed.writeString("utf-8")


def tag(name: str) -> str:
    """Give the lasting id of a feed or an entry (RFC 4151)."""
    return f"tag:{settings.SITE.hostname},{_YEAR}:{name}"


def feed_title(name: str) -> str:
    return f"{settings.SITE_NAME}: {name}"


def title(change: Change) -> str:
    """Give the headline with the rating, and with the one before it if that is another.

    What kind of change it is stands first, so that no two entries of a pledge look the same; for a new verdict the two
    ratings say that.
    """
    if change.is_withdrawn:
        return _("A pledge page was withdrawn")
    named = f"{change.headline}: {_ratings(change)}"
    if change.has_left:
        return _("Moved elsewhere: %(title)s") % {"title": named}
    if change.is_first or (change.kind == Edition.Kind.VERDICT and change.has_moved):
        return named
    return _("%(kind)s: %(title)s") % {"kind": change.kind_label, "title": named}


def _ratings(change: Change) -> str:
    after = _name(change.after)
    return f"{_name(change.before)} → {after}" if change.has_moved and not change.is_first else after


def move(change: Change) -> str:
    """Say in sentences where the rating was and is, and the pledge itself; nothing of a page that was withdrawn."""
    return "" if change.is_withdrawn else " ".join(filter(None, [_move_of_rating(change), _move_of_pledge(change)]))


def _move_of_rating(change: Change) -> str:
    names = {"before": _name(change.before), "after": _name(change.after)}
    if change.is_first:
        return _("Rating: %(after)s.") % names
    if change.has_moved:
        return _("The rating was “%(before)s” and is now “%(after)s”.") % names
    return _("The rating is still “%(after)s”.") % names


def _move_of_pledge(change: Change) -> str:
    if change.has_come:
        return _("The pledge belongs here from now on.")
    if not change.has_left:
        return ""
    if not change.grouping:
        return _("The pledge belongs here no longer.")
    return _("The pledge belongs here no longer: it now belongs to “%(name)s”.") % {"name": change.grouping}


def _add(feed: _Feed, change: Change) -> None:
    address = settings.SITE_URL + reverse("pledge-detail", args=[change.logged_slug])
    is_remembered = len(change.stored) <= _LONGEST_REMEMBERED and not settings.DEBUG
    everywhere = replace(change, course="", grouping="")  # where it is told is in the sentences
    html = (_html if is_remembered else _made_html)(everywhere, move(change), address, get_language())
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


def _made_html(change: Change, sentences: str, address: str, _language: str | None) -> str:
    words = {"change": change, "move": sentences, "content": change.content}
    return for_elsewhere(render_to_string("pledges/feed_entry.html", words), base=address)


# All but one of a feed's entries are what they were before an edition came out, and those of its groupings are the same.
_html = lru_cache(maxsize=64)(_made_html)


def _name(rating: Label | None) -> str:
    return rating.name if rating else _("Not yet rated")
