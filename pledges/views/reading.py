from collections.abc import Callable
from typing import TypeVar

from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

Response = TypeVar("Response", bound=HttpResponseBase)


def reader_page(view: Callable[..., Response]) -> Callable[..., Response]:
    """A page anyone may read, by GET and HEAD only: with nothing to forge it needs no token, and answers 405, not 403."""
    page: Callable[..., Response] = csrf_exempt(require_safe(view))
    return page
