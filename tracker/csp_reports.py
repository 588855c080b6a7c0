"""What browsers report that the content security policy stopped: a fault of ours, or somebody trying.

Anybody can send anything here, so little is read, little is logged, and nothing of it that could be about a person.
"""

import json
import logging
import time
from collections import deque
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tracker import errors
from tracker.request_log import route_of

LARGEST = 16_384  # bytes
MOST_A_MINUTE = 20  # lines of each process
_MOST_AT_ONCE = 5
_LONGEST = 100  # characters

_log = logging.getLogger("tracker.csp_reports")
_logged: deque[float] = deque(maxlen=MOST_A_MINUTE)


@csrf_exempt
@require_http_methods(["POST"])
def csp_report(request: HttpRequest) -> HttpResponse:
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return errors.page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    for report in list(_reports(body))[:_MOST_AT_ONCE]:
        if _may_log(time.monotonic()):
            _log.warning("stopped by the content security policy", extra={"fields": _fields(report)})
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})


def _reports(body: bytes) -> Iterator[dict[str, Any]]:
    """Read both forms in which browsers write them; what is neither is nothing."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return
    for one in said if isinstance(said, list) else [said]:
        report = (one.get("csp-report") or one.get("body")) if isinstance(one, dict) else None
        if isinstance(report, dict):
            yield report


def _fields(report: dict[str, Any]) -> dict[str, str]:
    page = report.get("document-uri") or report.get("documentURL") or ""
    blocked = report.get("blocked-uri") or report.get("blockedURL") or ""
    directive = report.get("effective-directive") or report.get("effectiveDirective") or ""
    return {"page": _own_path(str(page)), "directive": _word(str(directive)), "blocked": _origin(str(blocked))}


def _own_path(address: str) -> str:
    try:
        return route_of(urlsplit(address).path or "/")[:_LONGEST]
    except ValueError:
        return ""


def _origin(address: str) -> str:
    """Give scheme and host of what was stopped, or the word that stands for it, like “inline”."""
    try:
        url = urlsplit(address)
        return (f"{url.scheme}://{url.hostname}" if url.hostname else _word(url.scheme or address))[:_LONGEST]
    except ValueError:
        return ""


def _word(text: str) -> str:
    return text[:_LONGEST] if text.replace("-", "").isalpha() and text.isascii() else ""


def _may_log(now: float) -> bool:
    if len(_logged) == MOST_A_MINUTE and now - _logged[0] < 60:  # noqa: PLR2004 (seconds)
        return False
    _logged.append(now)
    return True
