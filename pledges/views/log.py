from datetime import timedelta
from functools import cache
from itertools import chain, islice
from pathlib import Path

from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from pledges import entries, log, verifier
from pledges.list_page import Pager
from pledges.models import Checkpoint, Verification
from pledges.views.reading import PlaceForm, page_showing, true_until

PAGE_SIZE = 25
VERIFIED_EVERY = timedelta(hours=1)  # at the latest; see README.md
_TEXT = "text/plain; charset=utf-8"


class LogPlaceForm(PlaceForm):
    """A place in the log, before or after an entry, whether or not that is there."""

    after = forms.RegexField(r"^(0|[1-9][0-9]{0,17})\Z", required=False, strip=False)


@page_showing("lists", "log", known=LogPlaceForm.base_fields)
def log_page(request: HttpRequest) -> HttpResponse:
    """What the log promises, when it was last verified, how to check it, and its entries."""
    asked = _asked(request)
    page = entries.page(PAGE_SIZE, **asked)
    if asked and not page.entries:
        raise Http404
    verification = Verification.objects.first()
    late_at = verification.ran_at + VERIFIED_EVERY if verification else None
    response = render(
        request,
        "pledges/log.html",
        {
            "page": page,
            "pager": _pager(page),
            "is_unlisted": bool(asked),
            "address": settings.SITE_URL + _address(**asked),
            "verification": verification,
            "is_verified_lately": (is_verified_lately := late_at and late_at > timezone.now()),
            "checkpoint": Checkpoint.objects.last(),
        },
    )
    if late_at and is_verified_lately:
        true_until(response, late_at)
    return response


@page_showing("lists", "log", known=LogPlaceForm.base_fields)
def log_entries(request: HttpRequest) -> StreamingHttpResponse:
    """Every line exactly as it is hashed; `?after=` a sequence gives those that follow it."""
    lines = log.lines(after=_asked(request).get("after", 0))
    # Read before the answer begins: once it has, nobody can be told that the database is gone.
    first = list(islice(lines, 1))
    return StreamingHttpResponse(
        (line + b"\n" for line in chain(first, lines)), content_type="application/jsonl; charset=utf-8"
    )


@page_showing("log")
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    checkpoint = Checkpoint.objects.last()
    if checkpoint is None:
        words = {
            "status": 404,
            "title": _("There is no checkpoint yet"),
            "sentence": _("The log has not been signed so far. Whoever keeps its last hash can compare all the same."),
        }
        return render(request, "errors/error.html", words, status=404)
    return HttpResponse(checkpoint.note, content_type=_TEXT)


@page_showing()
def log_verifier(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(_program(), content_type="text/x-python; charset=utf-8")


@cache
def _program() -> bytes:
    return Path(verifier.__file__).read_bytes()


def _asked(request: HttpRequest) -> dict[str, int]:
    form = LogPlaceForm(request.GET)
    if not form.is_valid() or all(form.cleaned_data.values()):
        raise BadRequest
    return {name: int(place) for name, place in form.cleaned_data.items() if place}


def _pager(page: entries.EntriesPage) -> Pager:
    return Pager(
        previous=_address(after=page.newer_than) if page.newer_than else "",
        next=_address(before=page.older_than) if page.older_than else "",
    )


def _address(**place: int) -> str:
    query = "&".join(f"{name}={sequence}" for name, sequence in place.items())
    return reverse("log") + (f"?{query}" if query else "")
