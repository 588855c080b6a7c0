"""The map of the site for search engines: one list while it is small, an index of lists when it is large.

Addresses begin with SITE_URL, never with what a request calls the host. A list of pledges has those of a thousand keys, so
that each costs the same wherever it lies.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from typing import NamedTuple

from django.conf import settings
from django.db.models import CharField, Count, F, Max, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from pledges.labels import GROUPINGS
from pledges.models import Announcement, Edition, PublicPledge, SiteText
from pledges.views.reading import page_showing

MOST_LINES = 1_000  # of one list

_PART = re.compile("[2-9]|[1-9][0-9]{1,5}")
_BEGINNING = '<?xml version="1.0" encoding="UTF-8"?>\n<{0} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


class Line(NamedTuple):
    """A path, with the moment when what is there last changed, if that is known."""

    path: str
    changed_at: datetime | None


# A name with what gives its lines, beside the pledges.
Sections = dict[str, Callable[[], Sequence[Line]]]


def pages() -> list[Line]:
    """The pages there is one of. Lists of pledges change with every edition: a minor one may change a headline."""
    newest = Edition.objects.order_by("-sequence").values_list("published_at", flat=True).first()
    announced = PublicPledge.objects.aggregate(latest=Max("changed_at"))["latest"]
    corrected = Edition.objects.filter(announcements__heading=Announcement.CORRECTIONS)
    texts = SiteText.objects.exclude(published="").exclude(name=SiteText.Name.METHODOLOGY)
    lists = (f"{dimension}-list" for dimension in GROUPINGS)
    dated = {
        **dict.fromkeys(("home", "pledge-list", *lists, "log"), newest),
        **dict.fromkeys(("updates", "trends"), announced),
        "corrections": corrected.order_by("-sequence").values_list("published_at", flat=True).first(),
        **dict(texts.values_list("name", "published_at")),
        **dict.fromkeys(("methodology", "newsletter-sign-up"), None),  # whose changes are not dated
    }
    return [Line(reverse(name), changed_at) for name, changed_at in dated.items()]


def pledges(**keys: int) -> list[Line]:
    """The pledges, all or those with some keys; each changed with its current edition, of whatever kind."""
    rows = PublicPledge.objects.in_public().filter(**keys).order_by("pk").values_list("slug", "edition__published_at")
    return [Line(_path("pledge-detail", slug), changed_at) for slug, changed_at in rows]


def groupings(dimension: str) -> list[Line]:
    """The pages of topics, departments or promisors that have a public pledge.

    One changed with the editions of its pledges, and when one left it.
    """
    own = PublicPledge.objects.order_by().values(f"{dimension}_id")
    rows = own.annotate(latest=Max("edition_id"), public=Count("pk", filter=Q(withdrawn_at=None)))
    latest = {key: latest for key, latest, public in rows.values_list(f"{dimension}_id", "latest", "public") if public}
    heading = Concat(Value(Announcement.under(dimension, "")), Cast(OuterRef("pk"), CharField()))
    told = Announcement.objects.filter(heading=heading).order_by("-edition").values("edition")[:1]
    named = GROUPINGS[dimension]._default_manager.filter(pk__in=latest).annotate(told=Subquery(told)).order_by("slug")
    changed = {slug: max(latest[key], told or 0) for key, slug, told in named.values_list("pk", "slug", "told")}
    moments = _moments(changed.values())
    return [Line(_path(f"{dimension}-detail", slug), moments[sequence]) for slug, sequence in changed.items()]


@page_showing("lists", known=["p"])
def sitemap(request: HttpRequest, further: Sections) -> HttpResponse:
    """All of the site in one list, or an index of lists; `further` are sections of what is no part of the record."""
    if "p" in request.GET:
        raise Http404  # it has no parts
    sections = {name: lines() for name, lines in (_SECTIONS | further).items()}
    lines = [line for section in sections.values() for line in section]
    if len(lines) + PublicPledge.objects.in_public().count() > MOST_LINES:
        return _written("sitemapindex", "sitemap", _index(sections))
    return _written("urlset", "url", [*lines, *pledges()])


@page_showing("lists", known=["p"])
def sitemap_section(request: HttpRequest, section: str, further: Sections) -> HttpResponse:
    part, sections = _part(request), _SECTIONS | further
    lines: Sequence[Line]
    if section == "pledges":
        lines = pledges(pk__gt=(part - 1) * MOST_LINES, pk__lte=part * MOST_LINES)
    elif section in sections and part == 1:
        lines = sections[section]()
    else:
        raise Http404
    if part > 1 and not lines:
        raise Http404
    return _written("urlset", "url", lines)


def _part(request: HttpRequest) -> int:
    """Know a part of a map by the one way to write its number; the first one has none."""
    numbers = request.GET.getlist("p")
    if not numbers:
        return 1
    if len(numbers) > 1 or not _PART.fullmatch(numbers[0]):
        raise Http404
    return int(numbers[0])


def _index(sections: Mapping[str, Sequence[Line]]) -> Iterator[Line]:
    for name, lines in sections.items():
        dated = [line.changed_at for line in lines if line.changed_at]
        yield Line(reverse("sitemap-section", args=[name]), max(dated, default=None))
    of_part = PublicPledge.objects.in_public().order_by().values(part=(F("pk") - 1) / MOST_LINES + 1)
    latest = dict(of_part.annotate(latest=Max("edition_id")).order_by("part").values_list("part", "latest"))
    moments, address = _moments(latest.values()), reverse("sitemap-section", args=["pledges"])
    for part, sequence in latest.items():
        yield Line(address if part == 1 else f"{address}?p={part}", moments[sequence])


def _moments(sequences: Iterable[int]) -> dict[int, datetime]:
    return dict(Edition.objects.filter(pk__in=set(sequences)).values_list("pk", "published_at"))


@cache
def _around(name: str) -> tuple[str, str]:
    """Give what stands before and after a slug in an address: thousands of them are not looked up one by one."""
    before, _slug, after = reverse(name, args=["slug"]).rpartition("slug")
    return before, after


def _path(name: str, slug: str) -> str:
    before, after = _around(name)
    return f"{before}{slug}{after}"


def _written(element: str, entry: str, lines: Iterable[Line]) -> HttpResponse:
    """Write a list as XML; there is nothing to escape in a path of ours."""
    written = (
        f"<{entry}><loc>{settings.SITE_URL}{path}</loc>{_dated(changed_at)}</{entry}>\n" for path, changed_at in lines
    )
    body = f"{_BEGINNING.format(element)}{''.join(written)}</{element}>\n"
    return HttpResponse(body, content_type="application/xml")


def _dated(changed_at: datetime | None) -> str:
    return f"<lastmod>{timezone.localdate(changed_at)}</lastmod>" if changed_at else ""


_SECTIONS: Sections = {
    "pages": pages,
    **{f"{dimension}s": partial(groupings, dimension) for dimension in GROUPINGS},
}
