from django.contrib import admin

from pledges.admin.record_admin import ReadOnlyAdmin
from pledges.models import Edition


@admin.register(Edition)
class EditionAdmin(ReadOnlyAdmin):
    list_display = ("sequence", "pledge", "number", "kind", "published_at", "short_hash")
    list_select_related = ("pledge",)
    list_filter = ("kind",)
    search_fields = ("pledge__slug",)
    fields = ("sequence", "pledge", "number", "kind", "published_at", "actor", "approver", "change_note", "hash")
