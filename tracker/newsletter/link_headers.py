"""Headers of every answer at an address that may hold a token, whoever makes it: redirects and refusals name it as well."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

_MAY_HOLD_TOKEN = re.compile(r"/newsletter/(?:confirm|choices|leave|erase)/")


class LinkHeadersMiddleware:
    """Keeps such an address out of caches, search engines and other sites' logs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if _MAY_HOLD_TOKEN.match(request.path_info):
            add_never_cache_headers(response)
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers["X-Robots-Tag"] = "noindex"
        return response
