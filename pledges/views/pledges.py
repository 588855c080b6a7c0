from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pledges.models import PublicPledge, RetiredSlug
from pledges.pledge_page import pledge_page
from pledges.views.reading import reader_page


@reader_page
def pledge_detail(request: HttpRequest, slug: str) -> HttpResponse:
    public = PublicPledge.objects.select_related("edition").filter(slug=slug).first()
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
