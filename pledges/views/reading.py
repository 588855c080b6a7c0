import functools
from collections.abc import Callable, Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Any, TypeVar

from django import forms
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

Response = TypeVar("Response", bound=HttpResponseBase)

TRUE_UNTIL = "X-True-Until"  # in seconds since 1970; the site's page cache reads it and passes it on to nobody
# A browser asks again each time and mostly hears that nothing changed; a shared cache does after a second.
_CACHE_CONTROL = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=600"
_KEPT = {
    *(HTTPStatus.OK, HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.FOUND),
    *(HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS),
}


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
            may_be_kept(response, *_filled(tags, parts))
            return response

        page: Any = csrf_exempt(require_safe(tagged))
        page.known_parameters, page.tags = frozenset(known), tags
        checked: Callable[..., Response] = page
        return checked

    return decorate


def tags_of(match: ResolverMatch | None) -> list[str]:
    """Give the tags of the page that an address leads to, as it failed before it could give them itself."""
    return _filled(getattr(match.func, "tags", ()), match.kwargs) if match else []


def _filled(tags: Iterable[str], parts: dict[str, Any]) -> list[str]:
    return [tag.format(**parts) for tag in tags]


def may_be_kept(response: HttpResponseBase, *tags: str) -> None:
    """Say how an answer may be kept, and until what, unless it says so itself.

    Without a word browsers keep a way to another address for ever, and the two of a pledge that moved back lead in a circle.
    """
    if response.status_code in _KEPT and not response.streaming and "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = _CACHE_CONTROL
        response.headers["Surrogate-Key"] = " ".join(["site", *tags])


def true_until(response: HttpResponseBase, moment: datetime) -> None:
    """Say that an answer will be another by then, whatever is published."""
    response.headers[TRUE_UNTIL] = f"{moment.timestamp():.3f}"


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
