from collections.abc import Callable
from http import HTTPStatus
from typing import TypeVar

from django import forms
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

Response = TypeVar("Response", bound=HttpResponseBase)


def reader_page(view: Callable[..., Response]) -> Callable[..., Response]:
    """A page anyone may read, by GET and HEAD only: with nothing to forge it needs no token, and answers 405, not 403."""
    page: Callable[..., Response] = csrf_exempt(require_safe(view))
    return page


class PlaceForm(forms.Form):
    """Where a page of a list by numbers ends: it shows what comes before `before`, or the last when nothing is asked."""

    before = forms.RegexField("^[1-9][0-9]{0,17}$", label=_("Before"), required=False, strip=False)

    @property
    def before_number(self) -> int | None:
        """The number that was asked for, of a valid form."""
        asked = self.cleaned_data["before"]
        return int(asked) if asked else None

    @property
    def status(self) -> HTTPStatus:
        return HTTPStatus.OK if self.is_valid() else HTTPStatus.BAD_REQUEST
