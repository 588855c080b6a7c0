"""What every list and form of the editors' site does alike, whoever asks and however."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import DateField, Model
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.timezone import is_aware

from pledges.actions.journal import in_turn

LONGEST_SEARCH = 200  # characters, as on readers' pages
_FIELD_OF_INLINE = re.compile(r".+-\d+-(\w+)")


class OrderlyAdmin(admin.ModelAdmin):
    """Saves one after the other, and refuses in words what no page of ours asks for."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what the filters of the list offer: any other question may fail, or find out what it should not."""
        name, _, asked = lookup.partition("__")
        if name not in self.list_filter:
            return False
        field = self.opts.get_field(name)
        if asked == "isnull":
            return True
        if isinstance(field, DateField):
            return asked in {"gte", "lt"} and _is_in_calendar(field, value)
        if field.related_model:
            key = field.related_model._meta.pk.name
            return asked in {"", "exact", f"{key}__exact"} and is_key_of(field.related_model, value)
        return asked in {"", "exact"}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        return super().get_object(request, object_id, from_field or None)  # an empty name would be looked up as well

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if len(search_term) > LONGEST_SEARCH:
            raise BadRequest  # each word is a condition, of which a database takes so many
        return super().get_search_results(request, queryset, search_term)

    def response_action(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse | None:
        chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_key_of(self.model, key) for key in chosen):
            raise BadRequest
        return super().response_action(request, *arguments, **options)

    def changelist_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> Any:
        with _in_turn_if_it_writes(request):
            return super().changelist_view(request, *arguments, **options)

    def delete_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> Any:
        with _in_turn_if_it_writes(request):
            return super().delete_view(request, *arguments, **options)

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *arguments: Any, **options: Any
    ) -> Any:
        with _in_turn_if_it_writes(request):
            if object_id and request.method == "POST" and self._was_deleted(request, object_id):
                request.POST = _as_new(request.POST, self.model)  # type: ignore[assignment]
                object_id = None
            return super().changeform_view(request, object_id, *arguments, **options)

    def _was_deleted(self, request: HttpRequest, object_id: str) -> bool:
        return self.has_add_permission(request) and self.get_object(request, unquote(object_id)) is None

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        response = super().render_change_form(request, context, *arguments, **options)
        if context["errors"]:
            response.status_code = HTTPStatus.BAD_REQUEST
        return response


def is_key_of(model: type[Model], key: Any) -> bool:
    """Whether a row of the model could have this key: a database fails on one that it cannot hold."""
    try:
        model._meta.pk.clean(key, None)
    except ValidationError:
        return False
    return True


def _is_in_calendar(field: DateField, value: str) -> bool:
    """Whether a date, or a moment with its zone, is one that a database can hold: it holds moments in UTC."""
    try:
        when = field.to_python(value)
        return not isinstance(when, datetime) or (is_aware(when) and bool(when.astimezone(UTC)))
    except (ValidationError, OverflowError):
        return False


@contextmanager
def _in_turn_if_it_writes(request: HttpRequest) -> Iterator[None]:
    if request.method != "POST":
        yield
        return
    with in_turn():
        yield


def _as_new(typed: QueryDict, model: type[Model]) -> QueryDict:
    """Give a form of a row that somebody deleted, with its inlines, as one for a new row."""
    typed = typed.copy()
    for name in typed:
        if name.endswith("-INITIAL_FORMS"):
            typed[name] = "0"
        elif (found := _FIELD_OF_INLINE.fullmatch(name)) and found[1] in {"id", model._meta.model_name}:
            typed[name] = ""
    return typed
