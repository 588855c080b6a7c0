"""The editors' site. Until the editors' forms are here it shows the record and changes nothing."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from pledges.models import Edition, Evidence, Pledge, Review, Source, Verdict


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows to every editor and lets nobody change them: a change needs an action."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, _row: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)


@admin.register(Pledge)
class PledgeAdmin(ReadOnlyAdmin):
    list_display = ("headline", "promisor", "topic", "department")
    list_select_related = ("promisor", "topic", "department")
    list_filter = ("topic", "department", "promisor")
    search_fields = ("slug", "headline", "quotation")


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    list_display = ("pledge", "rating", "effective_on", "summary")
    list_select_related = ("pledge", "rating")
    list_filter = ("rating",)
    search_fields = ("pledge__slug", "summary")


@admin.register(Evidence)
class EvidenceAdmin(ReadOnlyAdmin):
    list_display = ("title", "happened_on", "pledge")
    list_select_related = ("pledge",)
    search_fields = ("title", "pledge__slug")


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    list_display = ("title", "publisher", "kind", "published_on")
    list_filter = ("kind",)
    search_fields = ("title", "publisher")


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ("pledge", "kind", "requested_by", "decision", "decided_by")
    list_select_related = ("pledge", "requested_by", "decided_by")
    list_filter = ("decision", "kind")
    search_fields = ("pledge__slug",)


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "pledge", "number", "kind", "published_at", "short_hash")
    list_select_related = ("pledge",)
    list_filter = ("kind",)
    search_fields = ("pledge__slug",)
    fields = ("sequence", "pledge", "number", "kind", "published_at", "actor", "approver", "change_note", "hash")
