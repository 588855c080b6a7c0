"""What the admin of every record has in common."""

from http import HTTPStatus
from typing import Any

from django.contrib.admin.widgets import AdminTextareaWidget, AutocompleteSelect
from django.db import models
from django.forms import Media
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin

from pledges.admin.markdown_widget import MARKDOWN_OVERRIDES
from pledges.admin.orderly import OrderlyAdmin, is_key_of
from pledges.admin.seen import SeenForm
from pledges.models.fields import LineField

_LONG_LINE = 300  # characters that a field may take to be shown on several lines


class Chooser(AutocompleteSelect):
    """A field that searches while one types, and has words to be called by while it is empty."""

    def build_attrs(self, base_attrs: dict[str, Any], extra_attrs: dict[str, Any] | None = None) -> dict[str, Any]:
        return {**super().build_attrs(base_attrs, extra_attrs), "data-placeholder": _("Choose")}

    def optgroups(self, name: str, value: Any, attrs: dict[str, Any] | None = None) -> Any:
        # It looks up what was typed or stands in the address, which need not be a key.
        known = [key for key in value if is_key_of(self.field.remote_field.model, key)]
        return super().optgroups(name, known, attrs)

    @property
    def media(self) -> Media:
        return super().media + Media(js=["admin/chooser.js"])


class ChooserMixin:
    """Uses `Chooser` for the fields named in `autocomplete_fields`."""

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):  # type: ignore[attr-defined]
            options["widget"] = Chooser(db_field, self.admin_site, using=options.get("using"))  # type: ignore[attr-defined]
        return super().formfield_for_foreignkey(db_field, request, **options)  # type: ignore[misc]


class SeenAdmin(OrderlyAdmin):
    """Forms that notice edit conflicts."""

    form = SeenForm

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        response = super().render_change_form(request, context, *arguments, **options)
        if getattr(context["adminform"].form, "is_conflict", False):
            response.status_code = HTTPStatus.CONFLICT
        return response


class RecordAdmin(ChooserMixin, SeenAdmin, SimpleHistoryAdmin):  # type: ignore[misc]  # no types
    """The form of a row of the record, and an action that takes in what was saved."""

    object_history_list_template = "admin/pledges/history_list.html"
    formfield_overrides = MARKDOWN_OVERRIDES
    show_full_result_count = False
    list_per_page = 50

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        if isinstance(db_field, LineField) and (db_field.max_length or 0) >= _LONG_LINE:
            options["widget"] = AdminTextareaWidget(attrs={"rows": 2})
        return super().formfield_for_dbfield(db_field, request, **options)

    def take_in(self, row: Any) -> None:
        """Call the action that must know of a changed row."""
        raise NotImplementedError

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        super().save_related(request, form, formsets, change)
        self.take_in(form.instance)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if self.get_object(request, object_id) is None:
            raise Http404
        page: HttpResponse = super().history_view(request, object_id, extra_context)
        return page

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Show how a row once read. Saving there would pass by everything that saving its own form does."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if self.get_object(request, object_id) is None or not is_key_of(self.model.history.model, version_id):
            raise Http404
        page: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return page

    def revert_disabled(self, _request: HttpRequest, _row: Any = None) -> bool:
        return True


class ReadOnlyAdmin(OrderlyAdmin):
    """Shows rows and lets nobody change them: a change needs an action."""

    show_full_result_count = False

    def has_add_permission(self, _request: HttpRequest, _row: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _row: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: models.Model | None = None) -> bool:
        return False
