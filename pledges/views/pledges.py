from hashlib import sha256
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response

from pledges.content import read
from pledges.filter_form import PledgeFilterForm, is_asked_plainly
from pledges.filters import PledgeFilter
from pledges.history import withdrawal_of
from pledges.models import PublicPledge, RetiredSlug
from pledges.pledge_page import pledge_page
from pledges.share_card import VERSION, share_card
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
    return render(request, "pledges/pledge_list.html", {"pledge_filter": pledge_filter, "page": page}, status=status)


@page_showing("pledge:{slug}")
def pledge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    public = PublicPledge.objects.select_related("edition", "ready_html").filter(slug=slug).first()
    if public is None:
        return elsewhere("pledge-detail", slug)
    if public.withdrawn_at:
        return withdrawn(request, public)
    return render(request, "pledges/pledge_detail.html", {"page": pledge_page(public)})


@page_showing("pledge:{slug}", known=["v"])
def pledge_card(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture for links to a pledge. Of the numbers that `v` may name only that of the current edition has one."""
    public = PublicPledge.objects.select_related("edition").filter(slug=slug).first()
    if public is None:
        return elsewhere("pledge-card", slug)
    if public.withdrawn_at:
        return withdrawn(request, public)
    number = str(public.edition.number)
    if request.GET.get("v", number) != number:
        return redirect(f"{request.path}?v={number}")
    etag = f'"{sha256(f"{VERSION} {settings.SITE_NAME} {public.edition.hash}".encode()).hexdigest()[:20]}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(_card(public), content_type="image/png")
    response.headers["ETag"] = etag
    return response


def _card(public: PublicPledge) -> bytes:
    assert public.edition.content is not None
    published_on = timezone.localdate(public.edition.published_at)
    return share_card(read(bytes(public.edition.content)), published_on=published_on, site_name=settings.SITE_NAME)


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
