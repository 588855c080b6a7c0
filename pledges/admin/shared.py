"""Rows that many pledges share: a change of one may change every page that names it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pledges.actions import drafts, labels
from pledges.admin.record_admin import RecordAdmin, SeenAdmin
from pledges.models import Department, Promisor, Rating, Source, Topic


@admin.register(Source)
class SourceAdmin(RecordAdmin):
    list_display = ("title", "publisher", "kind", "published_on", "link_state")
    list_filter = ("kind", "link_state")
    search_fields = ("title", "publisher", "url")
    readonly_fields = ("link_state",)

    def get_readonly_fields(self, request: HttpRequest, obj: Source | None = None) -> tuple[str, ...]:
        # A page shows today's archived copy: once readers see it, one person alone must not lead them elsewhere.
        is_fixed = (
            obj is not None and drafts.is_cited_in_public(obj) and not request.user.has_perm("pledges.publish_review")
        )
        return ("link_state", "archived_url") if is_fixed else ("link_state",)

    def has_delete_permission(self, request: HttpRequest, obj: Source | None = None) -> bool:
        return super().has_delete_permission(request, obj) and obj is not None and not drafts.is_cited(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # deleted one by one, on their own page, where it is seen that nothing cites them

    def take_in(self, row: Source) -> None:
        drafts.settle_citing(row)


class LabelAdmin(SeenAdmin):
    """A label keeps its slug, which is part of addresses and of the log."""

    list_display: tuple[str, ...] = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"slug": ("name",)}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        super().save_related(request, form, formsets, change)
        labels.take_in(form.instance)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        labels.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        for label in queryset:
            labels.remove(label)


@admin.register(Topic)
class TopicAdmin(LabelAdmin):
    pass


@admin.register(Department)
class DepartmentAdmin(LabelAdmin):
    pass


@admin.register(Promisor)
class PromisorAdmin(LabelAdmin):
    list_display = ("name", "kind", "in_office_from", "in_office_until")
    list_filter = ("kind",)


@admin.register(Rating)
class RatingAdmin(LabelAdmin):
    """A rating keeps its family too: what it amounts to is on published pages."""

    list_display = ("position", "name", "family", "definition")
    list_display_links = ("name",)
    list_filter = ("family",)
    ordering = ("position",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("slug", "family") if obj else ()
