import functools
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

Response = TypeVar("Response", bound=HttpResponseBase)

# A browser asks again each time and mostly hears that nothing changed; a shared cache does after a second.
_CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=600"


def reader_page(view: Callable[..., Response]) -> Callable[..., Response]:
    """A page anyone may read; whatever is published may change it."""
    return page_showing("lists")(view)


def page_showing(*tags: str, known: Iterable[str] = ()) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """A page anyone may read, by GET and HEAD only: with nothing to forge it needs no token, and answers 405, not 403.

    It may be kept until the journal names one of its tags, in which `{…}` stands for a part of its address, or `site`.
    `known` are the query parameters that it looks at.
    """

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(view)
        def tagged(request: HttpRequest, *arguments: Any, **parts: Any) -> Response:
            response = view(request, *arguments, **parts)
            is_whole = response.status_code == HTTPStatus.OK and not response.streaming
            if is_whole and "Cache-Control" not in response.headers:
                response.headers["Cache-Control"] = _CACHE_CONTROL
                response.headers["Surrogate-Key"] = " ".join(["site", *(tag.format(**parts) for tag in tags)])
            return response

        page: Any = csrf_exempt(require_safe(tagged))
        page.known_parameters = frozenset(known)
        checked: Callable[..., Response] = page
        return checked

    return decorate


class PlaceForm(forms.Form):
    """Where a page of a list by numbers ends: it shows what comes before `before`, or the last when nothing is asked."""

    # Not "$", which a line end may follow: a page has one address.
    before = forms.RegexField(r"^[1-9][0-9]{0,17}\Z", required=False, strip=False, widget=forms.HiddenInput)

    @property
    def before_number(self) -> int | None:
        """The number that was asked for, of a valid form."""
        asked = self.cleaned_data["before"]
        return int(asked) if asked else None

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.OK if self.is_valid() else HTTPStatus.BAD_REQUEST
