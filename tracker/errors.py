"""The site's own pages for everything that goes wrong."""

import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

EDITORS_FORMS, READERS_FORMS = "/admin/", "/newsletter/"
_SIGN_UP = ("address", "pledge", "digest", "follow")  # what a person fills in of the form on every page
RETRY_AFTER = "30"  # seconds
STATUS = "tracker.status"  # in the environ: the server could not read the request, and asks for the page that says so


def bad_request(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    return page(request, HTTPStatus.BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    return page(request, HTTPStatus.FORBIDDEN)


def not_found(request: HttpRequest, exception: Exception | None) -> HttpResponse:
    return page(request, HTTPStatus.NOT_FOUND)


def server_error(request: HttpRequest) -> HttpResponse:
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return unavailable(request)
    return page(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Say that the database does not answer, and give back what was typed into a form."""
    return _later(request, _("Our database does not answer."))


def too_busy(request: HttpRequest) -> HttpResponse:
    """Say that others have to be answered first, and give back what was typed into a form."""
    return _later(request, _("More is asked of us at once than we can answer."))


def _later(request: HttpRequest, cause: str) -> HttpResponse:
    filled_in = _filled_in(request)
    advice = _("Please try again in half a minute.")
    if filled_in:
        advice = _("Nothing was saved. All that you filled in is below: send it again in a minute.")
    response = page(request, HTTPStatus.SERVICE_UNAVAILABLE, f"{cause} {advice}", **filled_in)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _filled_in(request: HttpRequest) -> dict[str, object]:
    """Give a form back: an editor's as texts to copy, a reader's as a form to send again."""
    if request.method != "POST" or not request.path_info.startswith((EDITORS_FORMS, READERS_FORMS)):
        return {}
    if request.path_info.startswith(EDITORS_FORMS):
        return {"typed": list(_typed(request))}
    if request.path_info == reverse("newsletter-sign-up"):
        return {"sign_up": {name: {"value": request.POST.get(name)} for name in _SIGN_UP}}
    return {"to_send_again": list(_typed(request)), "is_to_send_again": True}


def _typed(request: HttpRequest) -> Iterator[tuple[str, str]]:
    for name, values in request.POST.lists():
        if name != "csrfmiddlewaretoken" and "password" not in name:
            yield from ((name, value) for value in values if value)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form has been open too long or came from another site. Go back, reload the page and send it again."),
    )


def unusable_character(request: HttpRequest) -> HttpResponse:
    return page(request, HTTPStatus.BAD_REQUEST, _("The search contains a character we cannot use."))


class ErrorPageMiddleware:
    """Gives a page in words to every error answer that came without one, such as a 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if STATUS in request.META:
            return page(request, request.META[STATUS])
        response = self.get_response(request)
        if response.status_code >= HTTPStatus.BAD_REQUEST and not response.streaming and not response.content:
            own = page(request, HTTPStatus(response.status_code))
            response.content = own.content
            response.headers["Content-Type"] = own.headers["Content-Type"]
            response.headers["Content-Length"] = str(len(own.content))
        return response


def page(request: HttpRequest, status: HTTPStatus, sentence: str = "", **more: object) -> HttpResponse:
    """Give the site's own page for an error."""
    title, usual_sentence = _WORDS.get(status, _OTHER)
    words = {"status": status.value, "title": title, "sentence": sentence or usual_sentence, **more}
    return HttpResponse(render_to_string("errors/error.html", words, request), status=status)


_OTHER = (_lazy("That did not work"), _lazy("The request could not be answered."))
_TOO_LONG = (
    _lazy("That is too long"),
    _lazy("The address, or what was sent along with it, is longer than this site takes."),
)
_WORDS = {
    HTTPStatus.BAD_REQUEST: (
        _lazy("We could not understand that request"),
        _lazy("Something in the address or the form is not as it should be."),
    ),
    HTTPStatus.FORBIDDEN: (_lazy("Not allowed"), _lazy("You may not see or do this.")),
    HTTPStatus.NOT_FOUND: (
        _lazy("There is no such page"),
        _lazy("The address may be mistyped, or the page never existed. No published pledge is ever deleted."),
    ),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        _lazy("This page can only be read"),
        _lazy("The request used a method that this address does not have."),
    ),
    HTTPStatus.REQUEST_TIMEOUT: (
        _lazy("That took too long"),
        _lazy("What you sent did not arrive in time, and nothing was saved. Please send it again."),
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: (
        _lazy("That is too much"),
        _lazy("What was sent is larger than this site takes. A picture may have 8 MB."),
    ),
    HTTPStatus.REQUEST_URI_TOO_LONG: _TOO_LONG,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: _TOO_LONG,
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        _lazy("Something broke on our side"),
        _lazy("It is not your fault, and nothing was changed. Please try again in a minute."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _lazy("We cannot do that just now"),
        _lazy("Please try again in half a minute."),
    ),
}
