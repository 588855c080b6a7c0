"""What is answered while the database is gone or too many pages are being made: see `tracker.page_cache`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tracker import errors
from tracker.page_cache.unavailable import REFUSAL

_PROBES = {"/healthz", "/readyz"}  # which say themselves that it is gone
_PICTURES = "/media/"  # which ask nothing of it


def refuse_at_once(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: asks nothing of a database that does not answer, so that nobody waits for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if REFUSAL in request.META and path not in _PROBES and not path.startswith(_PICTURES):
            return errors.unavailable(request)
        return get_response(request)

    return middleware
