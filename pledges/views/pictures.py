import re

from django.contrib import admin
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pledges.models import PublicPicture, SiteText
from pledges.pictures import CONTENT_TYPES
from pledges.views.reading import page_showing

_ADDRESS = re.compile(r"/media/([0-9a-f]{32}\.(?:jpg|png))", re.ASCII)
_HEADERS = {
    # Opened by itself it is a document of our host, so it may do nothing at all.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # feeds and newsletters show it elsewhere
}


@page_showing("picture:{name}.{extension}")
def picture(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    """A picture that a public page shows: only names that we gave get here, see `pledges.urls`.

    Browsers ask again each time, as that of a withdrawn pledge must go. Its name says all: another picture has another one.
    """
    if not _is_public(f"{name}.{extension}"):
        raise Http404
    etag = f'"{name}"'
    response = get_conditional_response(request, etag=etag) or _response(name, extension)
    response.headers["ETag"] = etag
    return response


@require_safe
@never_cache
def editors_picture(request: HttpRequest, name: str, extension: str) -> HttpResponse:
    """Any picture, for the previews of drafts."""
    if not admin.site.has_permission(request):
        raise Http404
    return _response(name, extension)


def _is_public(file: str) -> bool:
    return (
        PublicPicture.objects.filter(name=file).exists()
        or SiteText.objects.filter(published__contains=f"/media/{file}").exists()
    )


def _response(name: str, extension: str) -> HttpResponse:
    try:
        with default_storage.open(f"{name}.{extension}") as file:
            return HttpResponse(file.read(), content_type=CONTENT_TYPES[extension], headers=_HEADERS)
    except FileNotFoundError as error:
        raise Http404 from error


def is_stored(path: str) -> bool:
    """Whether there is a picture at an address."""
    name = _ADDRESS.fullmatch(path)
    return name is not None and default_storage.exists(name[1])
