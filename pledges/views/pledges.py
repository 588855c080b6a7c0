from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from pledges.filters import PledgeFilter, PledgeFilterForm
from pledges.models import PublicPledge, RetiredSlug
from pledges.pledge_page import pledge_page
from pledges.views.reading import page_showing


@page_showing("lists", known=PledgeFilterForm.base_fields)
def pledge_list(request: HttpRequest) -> HttpResponse:
    pledge_filter = PledgeFilter(request.GET, today=timezone.localdate())
    if pledge_filter.is_valid and not pledge_filter.is_asked_plainly(request.GET):
        return redirect(pledge_filter.own_address)
    page = pledge_filter.page() if pledge_filter.is_valid else None
    if page and page.count and not page.rows:
        return redirect(pledge_filter.address())  # past an end that the list no longer has
    status = HTTPStatus.OK if page else HTTPStatus.BAD_REQUEST
    return render(request, "pledges/pledge_list.html", {"pledge_filter": pledge_filter, "page": page}, status=status)


@page_showing("pledge:{slug}")
def pledge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    public = PublicPledge.objects.select_related("edition", "ready_html").filter(slug=slug).first()
    if public is None:
        return _redirect_from_retired(slug)
    if public.withdrawn_at:
        return render(request, "pledges/pledge_withdrawn.html", {"public": public}, status=410)
    return render(request, "pledges/pledge_detail.html", {"page": pledge_page(public)})


def _redirect_from_retired(slug: str) -> HttpResponse:
    retired = RetiredSlug.objects.select_related("pledge__public").filter(slug=slug).first()
    if retired is None:
        raise Http404
    return redirect("pledge-detail", retired.pledge.public.slug, permanent=True)
