"""Headers of every answer, and the content security policy of each class of route."""

from collections.abc import Callable
from http import HTTPStatus

from csp.constants import NONE, SELF
from django.http import HttpRequest, HttpResponse

ADMIN_POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}

_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    # Django sets these three as well, but not on the answer to another host, which it refuses before.
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeadersMiddleware:
    """Outermost, so that static files, redirects and error pages carry the headers too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            response.headers["Cache-Control"] = "no-store"
        return response
