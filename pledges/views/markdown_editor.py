"""What the Markdown editor asks for while somebody writes: a preview, and a place for a picture.

A script reads the answers; a refusal is `{"reasons": [sentence, …]}`. django-markdownx's own views,
which would answer anyone, are never mounted: these have their names.
"""

import functools
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex
from typing import Any, cast

from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from pledges import markdown, pictures
from pledges.actions import throttles
from pledges.text import clean

View = Callable[[HttpRequest], HttpResponse]

# Whoever may change a text in Markdown may see how it will look, and put pictures into it; an issue has none.
MAY_WRITE = tuple(f"pledges.change_{record}" for record in ("pledge", "evidence", "verdict", "reply", "sitetext"))
MAY_WRITE_WITHOUT_PICTURES = ("newsletter.change_issue",)

PICTURES = throttles.Limit("pictures", most=200, per=timedelta(hours=1))  # of one editor
_ENVELOPE = 100_000  # bytes that a request may have around its picture
_log = logging.getLogger(__name__)


def refuse(status: HTTPStatus, *reasons: str, **headers: str) -> HttpResponse:
    return JsonResponse({"reasons": reasons}, status=status, headers=headers)


def editors_only(*permissions: str) -> Callable[[View], View]:
    """Let in a POST of an editor who has one of the permissions.

    Nobody else's body is read, not even to look for the token of the form: the view checks that by `csrf_protect`.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest) -> HttpResponse:
            if not admin.site.has_permission(request) or not any(map(request.user.has_perm, permissions)):
                return refuse(HTTPStatus.FORBIDDEN, _("You may not do this, or you are no longer logged in."))
            if request.method != "POST":
                return refuse(HTTPStatus.METHOD_NOT_ALLOWED, _("This address only takes texts."), Allow="POST")
            return view(request)

        return cast("View", csrf_exempt(never_cache(guarded)))

    return decorate


@editors_only(*MAY_WRITE, *MAY_WRITE_WITHOUT_PICTURES)
@csrf_protect
def preview(request: HttpRequest) -> HttpResponse:
    """Give a text as readers will see it, or say why it could not be saved."""
    if "content" not in request.POST:
        return refuse(HTTPStatus.BAD_REQUEST, _("There is no text to show."))
    text = clean(request.POST["content"])
    if problems := markdown.problems(text):
        return refuse(HTTPStatus.BAD_REQUEST, *problems)
    return HttpResponse(pictures.for_editors(markdown.render(text)))


@editors_only(*MAY_WRITE)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a picture and give the Markdown that shows it."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > pictures.MOST_BYTES + _ENVELOPE:
        return refuse(HTTPStatus.BAD_REQUEST, str(pictures.too_large()))
    if request.content_type != "multipart/form-data":  # any other holds no file, and was read to look for NUL
        return refuse(HTTPStatus.BAD_REQUEST, _("There is no picture to keep."))
    request.upload_handlers = [InMemoryUploadHandler(request)]
    return _upload(request)


class InMemoryUploadHandler(MemoryFileUploadHandler):
    """Keeps a file in memory whatever its size, which `upload` has bounded: a refused one never touches a disk."""

    def handle_raw_input(self, *arguments: Any, **options: Any) -> None:
        super().handle_raw_input(*arguments, **options)
        self.activated = True


@csrf_protect
def _upload(request: HttpRequest) -> HttpResponse:
    image = request.FILES.get("image")
    if not isinstance(image, UploadedFile):
        return refuse(HTTPStatus.BAD_REQUEST, _("There is no picture to keep."))
    if wait := throttles.count(PICTURES, str(request.user.pk), now=timezone.now()):
        return _too_many(wait)
    try:
        picture = pictures.recode(image.read())
        address = _store(picture)
    except pictures.PictureError as error:
        return refuse(HTTPStatus.BAD_REQUEST, str(error))
    except OSError:
        _log.exception("A picture could not be stored.")
        return refuse(HTTPStatus.SERVICE_UNAVAILABLE, _("The picture could not be stored. Try again in a few minutes."))
    # The words are for the editor to replace: who cannot see the picture reads them instead.
    return JsonResponse({"image_code": f"![{_('describe the picture')}]({address})"})


def _too_many(wait: int) -> HttpResponse:
    reason = _("You have sent %(most)d pictures in an hour. Wait a little.") % {"most": PICTURES.most}
    return refuse(HTTPStatus.TOO_MANY_REQUESTS, reason, **{"Retry-After": str(wait)})


def _store(picture: pictures.Picture) -> str:
    """Write the picture under a name that says nothing and nobody can guess; give its address."""
    key = token_hex(16)
    name = f"{key}.{picture.extension}"
    try:
        stored = default_storage.save(name, ContentFile(picture.content))
    except OSError:
        with suppress(OSError):
            default_storage.delete(name)  # what a full disk took of it
        raise
    if stored != name:
        default_storage.delete(stored)
        raise FileExistsError(name)
    return reverse("picture", args=[key, picture.extension])
