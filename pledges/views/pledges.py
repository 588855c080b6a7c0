from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges.filter_form import PledgeFilterForm, is_asked_plainly
from pledges.filters import PledgeFilter
from pledges.history import withdrawal_of
from pledges.labels import GROUPINGS
from pledges.list_page import Page
from pledges.models import PublicPledge, RetiredSlug
from pledges.pledge_page import pledge_page
from pledges.views.reading import page_showing


@page_showing("lists", known=PledgeFilterForm.base_fields)
def pledge_list(request: HttpRequest) -> HttpResponse:
    pledge_filter = PledgeFilter(request.GET, today=timezone.localdate())
    known = PledgeFilterForm.base_fields
    if pledge_filter.is_valid and not is_asked_plainly(request.GET, pledge_filter.asked, known):
        return redirect(pledge_filter.own_address)
    page = pledge_filter.page() if pledge_filter.is_valid else None
    if page and page.count != 0 and not page.rows and pledge_filter.address() != pledge_filter.own_address:
        return redirect(pledge_filter.address())  # past an end that the list no longer has
    status = HTTPStatus.OK if page else HTTPStatus.BAD_REQUEST
    said = _narrowed_to(pledge_filter) if page else []
    words = {"title": _list_title(said, page), "narrowed_to": ", ".join(said), "follow": _feed_of(pledge_filter)}
    context = {"pledge_filter": pledge_filter, "page": page, **words}
    return render(request, "pledges/pledge_list.html", context, status=status)


def _narrowed_to(pledge_filter: PledgeFilter) -> list[str]:
    """Say what a list is narrowed to; what is searched for needs no name."""
    return [f"“{pledge_filter.searched}”" if chip.filter_name == "q" else chip.name for chip in pledge_filter.chips]


def _list_title(said: list[str], page: Page | None) -> str:
    """Name a list, so that two lists in a row of tabs differ; pages have no numbers, but the first differs from the others."""
    is_continued = page is not None and page.pager.previous
    return " – ".join([*said, _("Pledges, continued") if is_continued else _("Pledges")])


def _feed_of(pledge_filter: PledgeFilter) -> dict[str, Any]:
    """Give the feed that comes nearest to a list: that of the one grouping it is narrowed to, or of everything."""
    narrowed = [name for name in GROUPINGS if name in pledge_filter.chosen]
    if len(narrowed) != 1:
        return {"feed": reverse("updates-feed"), "of_all": True}
    label = pledge_filter.labels.by_slug(narrowed[0])[pledge_filter.chosen[narrowed[0]]]
    return {"feed": reverse(f"{label.dimension}-feed", args=[label.slug]), "name": label.name}


@page_showing("pledge:{slug}")
def pledge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    public = PublicPledge.objects.select_related("edition", "ready_html").at(slug)
    if public is None:
        return elsewhere("pledge-detail", slug)
    if public.withdrawn_at:
        return withdrawn(request, public)
    return render(request, "pledges/pledge_detail.html", {"page": pledge_page(public)})


def withdrawn(request: HttpRequest, public: PublicPledge) -> HttpResponse:
    """Say of a withdrawn pledge only that it was, when and why, and that something was removed, if it was."""
    # A redaction comes after the withdrawal without being the reason for it.
    edition = withdrawal_of(public.edition) if public.redacted_at else public.edition
    context = {
        "edition": edition,
        "withdrawn_at": public.withdrawn_at,
        "redacted_at": public.redacted_at,
        "slug": public.slug,
    }
    return render(request, "pledges/pledge_withdrawn.html", context, status=HTTPStatus.GONE)


def elsewhere(name: str, slug: str, **rest: Any) -> HttpResponse:
    """Lead from an address of a pledge that was given up to the same page at the new one."""
    retired = RetiredSlug.objects.select_related("pledge__public").filter(slug=slug).first()
    if retired is None:
        raise Http404
    moved: HttpResponse = redirect(name, slug=retired.pledge.public.slug, permanent=True, **rest)
    return moved
