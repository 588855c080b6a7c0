import re

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse

from pledges.pictures import CONTENT_TYPES
from pledges.views.reading import reader_page

_ADDRESS = re.compile(r"/media/([0-9a-f]{32}\.(?:jpg|png))", re.ASCII)
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",  # another picture has another name
    # Opened by itself it is a document of our host, so it may do nothing at all.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",  # feeds and newsletters show it elsewhere
}


@reader_page
def picture(_request: HttpRequest, name: str, extension: str) -> HttpResponse:
    """A picture that an editor put into a text: only names that we gave get here, see `pledges.urls`."""
    try:
        with default_storage.open(f"{name}.{extension}") as file:
            content = file.read()
    except FileNotFoundError as error:
        raise Http404 from error
    return HttpResponse(content, content_type=CONTENT_TYPES[extension], headers=_HEADERS)


def is_stored(path: str) -> bool:
    """Whether there is a picture at an address."""
    name = _ADDRESS.fullmatch(path)
    return name is not None and default_storage.exists(name[1])
