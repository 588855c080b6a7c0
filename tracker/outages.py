"""What is answered while the database is gone or too many pages are being made: see `tracker.page_cache`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from tracker import errors
from tracker.page_cache.unavailable import BUSY, REFUSAL, SILENT
from tracker.page_cache.wrapper import STATE

_PROBES = {"/healthz", "/readyz"}  # which say themselves that it is gone


def refuse_at_once(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: asks nothing of a database that does not answer, so that nobody waits for it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        why = _why_not(request)
        if why is None or request.path_info in _PROBES:
            return get_response(request)
        return errors.too_busy(request) if why == BUSY else errors.unavailable(request)

    return middleware


def _why_not(request: HttpRequest) -> str | None:
    """Say why the database is not to be asked; None if it may be. It may have gone while others had their turn."""
    why: str | None = request.META.get(REFUSAL)
    cache = request.META.get(STATE)
    return why or (SILENT if cache and cache.journal.is_silent else None)
