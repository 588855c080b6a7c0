"""Headers of every answer, and the content security policy of each class of route."""

from collections.abc import Callable
from http import HTTPStatus

from csp.constants import NONE, SELF
from django.http import HttpRequest, HttpResponse

# Of every policy: where browsers say what it stopped; older ones know report-uri only.
REPORTING: dict[str, list[str]] = {"report-uri": ["/csp-report"], "report-to": ["csp"]}

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
    **REPORTING,
}

# Every feature that a page would have to ask for and that Chromium knows, which complains of others: none of ours does.
_UNUSED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "compute-pressure", "display-capture"),
    *("encrypted-media", "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "identity-credentials-get"),
    *("idle-detection", "interest-cohort", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials"),
    *("payment", "picture-in-picture", "publickey-credentials-create", "publickey-credentials-get"),
    *("screen-wake-lock", "serial", "storage-access", "usb", "window-management", "xr-spatial-tracking"),
)

_HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    # Django sets these three as well, but not on the answer to another host, which it refuses before.
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Origin-Agent-Cluster": "?1",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
    "Reporting-Endpoints": 'csp="/csp-report"',
    "X-Permitted-Cross-Domain-Policies": "none",
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
