"""What is refused, or left unread, before routing."""

import re
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict

from tracker import errors

Handler = Callable[[HttpRequest], HttpResponse]

EDITORS_PAGES = ("/admin/", "/accounts/")
LARGEST_BODY = 12_000_000  # a picture of 8 MB in a form
_SESSION_KEY = re.compile(r"[a-z0-9]{32}", re.ASCII)


def guard_requests(get_response: Handler) -> Handler:
    """Middleware: readers' pages know no cookie and no body; editors' pages get only what a database can store."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_for_editors = request.path_info.startswith(EDITORS_PAGES)
        _drop_cookies(request, keep=is_for_editors)
        if _declared_length(request) > LARGEST_BODY:
            return errors.page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        if any(_has_nul(fields) for fields in _fields(request, with_form=is_for_editors)):
            return errors.unusable_character(request)
        if "\x00" in request.path_info:
            return errors.not_found(request, None)
        return get_response(request)

    return middleware


def _drop_cookies(request: HttpRequest, *, keep: bool) -> None:
    # A page that reads no cookie can set none and vary on none, whatever the browser sends.
    if not keep:
        request.COOKIES.clear()
    elif not _SESSION_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


def _declared_length(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _fields(request: HttpRequest, *, with_form: bool) -> list[QueryDict]:
    # A form of files is not read here: its view may bound it better.
    is_form = with_form and request.content_type == "application/x-www-form-urlencoded"
    return [request.GET, request.POST] if is_form else [request.GET]


def _has_nul(fields: QueryDict) -> bool:
    return any("\x00" in text for name, values in fields.lists() for text in (name, *values))
