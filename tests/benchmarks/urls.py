"""The site's addresses and one whose page says next to nothing, behind the same middleware."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from pledges.views.reading import page_showing
from tracker.urls import handler400, handler403, handler404, handler429, handler500

__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500"]


@page_showing("lists")
def trivial(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("<!doctype html><title>Lemons</title>")


urlpatterns = [path("trivial/", trivial), path("", include("tracker.urls"))]
