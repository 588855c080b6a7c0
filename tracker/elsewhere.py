"""Readers' addresses where nothing is, or from which the way leads elsewhere: no browser keeps that for good."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from pledges.views.reading import may_be_kept, tags_of
from tracker.requests import EDITORS_PAGES

_STATUSES = {HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


def say_how_it_may_be_kept(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: what is answered before a view, or instead of one, may be kept as briefly as what views answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_asked_for = request.method in {"GET", "HEAD"} and not request.path_info.startswith(EDITORS_PAGES)
        if is_asked_for and response.status_code in _STATUSES and not response.cookies:
            may_be_kept(response, *tags_of(request.resolver_match))
        return response

    return middleware
