import functools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = Callable[..., HttpResponse]

# A browser asks again each time and mostly hears that nothing changed; a shared cache does after a second.
_CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=600"


def reader_page(view: View) -> View:
    """A page anyone may read; whatever is published may change it."""
    return page_showing("lists")(view)


def page_showing(*tags: str, known: Iterable[str] = ()) -> Callable[[View], View]:
    """A page anyone may read, by GET and HEAD only: with nothing to forge it needs no token, and answers 405, not 403.

    It may be kept until the journal names one of its tags, in which `{…}` stands for a part of its address, or `site`.
    `known` are the query parameters that it looks at.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def tagged(request: HttpRequest, *arguments: Any, **parts: Any) -> HttpResponse:
            response = view(request, *arguments, **parts)
            if response.status_code == HTTPStatus.OK and "Cache-Control" not in response.headers:
                response.headers["Cache-Control"] = _CACHE_CONTROL
                response.headers["Surrogate-Key"] = " ".join(["site", *(tag.format(**parts) for tag in tags)])
            return response

        page: View = csrf_exempt(require_safe(tagged))
        page.known_parameters = frozenset(known)  # type: ignore[attr-defined]
        return page

    return decorate
