"""The map of the site for search engines: one list while it is small, an index of lists when it is large.

Addresses begin with SITE_URL, never with what a request calls the host.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap, views
from django.db.models import Count, Max, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from pledges.models import PublicPledge, SiteText
from pledges.views.reading import page_showing

_PAGE = re.compile("[1-9][0-9]{0,5}")
# A URL name or a slug, with the moment when what is there last changed, if that is known.
Dated = tuple[str, datetime | None]


class DatedSitemap(Sitemap):
    limit = 5_000

    def get_domain(self, _site: object = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_protocol(self, _protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def lastmod(self, item: Dated) -> datetime | None:
        return item[1]


class PageSitemap(DatedSitemap):
    """The pages there is one of. A list of pledges changes whenever one of them does, or is withdrawn."""

    def items(self) -> list[Dated]:
        changed_at = PublicPledge.objects.aggregate(latest=Max("changed_at"))["latest"]
        lists = ("pledge-list", "topic-list", "department-list", "promisor-list")
        texts = SiteText.objects.exclude(published="").exclude(name=SiteText.Name.METHODOLOGY)
        return [
            *((name, changed_at) for name in ("home", *lists, "updates", "trends", "corrections")),
            *texts.values_list("name", "published_at"),
            *((name, None) for name in ("methodology", "newsletter-sign-up")),  # whose changes are not dated
        ]

    def location(self, item: Dated) -> str:
        return reverse(item[0])


class PledgeSitemap(DatedSitemap):
    def items(self) -> Iterable[Dated]:
        return PublicPledge.objects.in_public().order_by("pk").values_list("slug", "changed_at")

    def location(self, item: Dated) -> str:
        return reverse("pledge-detail", args=[item[0]])


class GroupingSitemap(DatedSitemap):
    """The pages of topics, departments or promisors that have a public pledge."""

    def __init__(self, dimension: str) -> None:
        self.dimension = dimension

    def items(self) -> list[Dated]:
        slug = f"{self.dimension}__slug"
        groups = PublicPledge.objects.order_by(slug).values(slug)
        dated = groups.annotate(latest=Max("changed_at"), public=Count("pk", filter=Q(withdrawn_at=None)))
        return list(dated.filter(public__gt=0).values_list(slug, "latest"))

    def location(self, item: Dated) -> str:
        return reverse(f"{self.dimension}-detail", args=[item[0]])


@page_showing("lists", known=["p"])
def sitemap(request: HttpRequest) -> HttpResponse:
    _require_page(request)
    if PublicPledge.objects.in_public().count() <= DatedSitemap.limit:
        return views.sitemap(request, _sections())
    sitemaps = [{"location": address} for address in _addresses()]
    return render(request, "sitemap_index.xml", {"sitemaps": sitemaps}, content_type="application/xml")


@page_showing("lists", known=["p"])
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    _require_page(request)
    return views.sitemap(request, _sections(), section)


def _require_page(request: HttpRequest) -> None:
    """Know a part of a map by the one way to write its number; Django would take any digits of Unicode."""
    if not _PAGE.fullmatch(request.GET.get("p", "1")):
        raise Http404


def _sections() -> dict[str, type[Sitemap] | Sitemap]:
    # Made anew for each request: Django's view keeps on them the latest change it saw.
    return {
        "pages": PageSitemap(),
        "pledges": PledgeSitemap(),
        "topics": GroupingSitemap("topic"),
        "departments": GroupingSitemap("department"),
        "promisors": GroupingSitemap("promisor"),
    }


def _addresses() -> Iterator[str]:
    for name, section in _sections().items():
        assert isinstance(section, Sitemap)
        address = settings.SITE_URL + reverse("sitemap-section", args=[name])
        for page in section.paginator.page_range:
            yield address if page == 1 else f"{address}?p={page}"
