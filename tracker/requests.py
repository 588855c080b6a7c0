"""What is refused before routing."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, QueryDict

from tracker import errors

Handler = Callable[[HttpRequest], HttpResponse]


def refuse_unusable_characters(get_response: Handler) -> Handler:
    """Refuse NUL in parameters and form fields: it means different things to different databases."""

    def middleware(request: HttpRequest) -> HttpResponse:
        # Reading POST here would parse an upload before a view may bound it; forms of files are checked by their views.
        fields = [request.GET]
        if request.content_type == "application/x-www-form-urlencoded":
            fields.append(request.POST)
        if any(_has_nul(field) for field in fields):
            return errors.unusable_character(request)
        if "\x00" in request.path_info:
            return errors.not_found(request, None)
        return get_response(request)

    return middleware


def _has_nul(fields: QueryDict) -> bool:
    return any("\x00" in text for name, values in fields.lists() for text in (name, *values))
