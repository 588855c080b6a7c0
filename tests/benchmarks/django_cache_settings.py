from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tracker.settings import *  # noqa: F403
from tracker.settings import MIDDLEWARE as _MIDDLEWARE

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHE_MIDDLEWARE_SECONDS = 600
MIDDLEWARE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "tests.benchmarks.django_cache_settings.forget_freshness",
    *_MIDDLEWARE,
    "django.middleware.cache.FetchFromCacheMiddleware",
]


def forget_freshness(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: our pages say that browsers shall ask again each time, which Django's cache takes as a word to itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.pop("Cache-Control", None)
        return response

    return middleware
