from collections.abc import Callable

from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]


def reader_page(view: View) -> View:
    """A page anyone may read, by GET and HEAD only: with nothing to forge it needs no token, and answers 405, not 403."""
    page: View = csrf_exempt(require_safe(view))
    return page
