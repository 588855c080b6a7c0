"""What is refused, or left unread, before routing."""

import re
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse, QueryDict

from tracker import errors

Handler = Callable[[HttpRequest], HttpResponse]

EDITORS_PAGES = ("/admin/", "/accounts/")
FORM_PAGES = ("/newsletter/",)  # where anyone may send a form, without a file
LARGEST_BODY = 12_000_000  # a picture of 8 MB in a form
FAULT = "tracker.fault"  # in the environ: what was wrong with the body when it was taken in, before Django
_FORM, _FORM_IN_PARTS = "application/x-www-form-urlencoded", "multipart/form-data"
_MOST_DIGITS, _DIGITS = 20, re.compile(r"[0-9]+", re.ASCII)
_SESSION_KEY = re.compile(r"[a-z0-9]{32}", re.ASCII)


def guard_requests(get_response: Handler) -> Handler:
    """Middleware: readers' pages know no cookie and no body; forms bring only what a database can store."""

    def middleware(request: HttpRequest) -> HttpResponse:
        is_for_editors = request.path_info.startswith(EDITORS_PAGES)
        _drop_cookies(request, keep=is_for_editors)
        if status := request.META.get(FAULT) or _fault_of_length(request):
            return errors.page(request, status)
        if request.path_info.startswith(FORM_PAGES):
            request.upload_handlers = [NoFiles(request)]
        if any(_has_nul(fields) for fields in _fields(request)):
            return errors.unusable_character(request)
        if "\x00" in request.path_info:
            return errors.not_found(request, None)
        return get_response(request)

    return middleware


class NoFiles(FileUploadHandler):
    """Passes over the files of a form that has no place for any."""

    def new_file(self, *_args: Any, **_options: Any) -> None:
        raise SkipFile

    def receive_data_chunk(self, _raw_data: bytes, _start: int) -> None:
        """Keep nothing."""

    def file_complete(self, _file_size: int) -> None:
        """Keep nothing."""


def _drop_cookies(request: HttpRequest, *, keep: bool) -> None:
    # A page that reads no cookie can set none and vary on none, whatever the browser sends.
    if not keep:
        request.COOKIES.clear()
    elif not _SESSION_KEY.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
        request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)


def _fault_of_length(request: HttpRequest) -> HTTPStatus | None:
    length = announced_length(request.META)
    if isinstance(length, HTTPStatus):
        return length
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if length > LARGEST_BODY else None


def announced_length(environ: Mapping[str, Any]) -> int | HTTPStatus:
    """Give the bytes that a body is said to have, or what is wrong with that; Django fails at what is no number."""
    length = environ.get("CONTENT_LENGTH") or "0"
    if not _DIGITS.fullmatch(length):
        return HTTPStatus.BAD_REQUEST
    # Of thousands of digits Python makes no number.
    return int(length) if len(length) <= _MOST_DIGITS else HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def _fields(request: HttpRequest) -> list[QueryDict]:
    is_read = request.content_type in _kinds_of_form(request.path_info)
    return [request.GET, request.POST] if is_read else [request.GET]


def _kinds_of_form(path: str) -> set[str]:
    """Say which forms are read and looked through. An editor's form in parts is not: its view may bound it better."""
    if path.startswith(FORM_PAGES):
        return {_FORM, _FORM_IN_PARTS}
    return {_FORM} if path.startswith(EDITORS_PAGES) else set()


def _has_nul(fields: QueryDict) -> bool:
    return any("\x00" in text for name, values in fields.lists() for text in (name, *values))
