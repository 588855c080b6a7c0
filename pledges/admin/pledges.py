from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from pledges.actions import addresses, drafts
from pledges.admin import pledge_views
from pledges.admin.record_admin import RecordAdmin
from pledges.admin.seen import SeenForm
from pledges.dates import PartialDate
from pledges.models import Pledge


class PledgeForm(SeenForm):
    def clean_slug(self) -> str:
        """Give a new pledge the first free address like the one that was typed."""
        slug: str = self.cleaned_data["slug"]
        return slug if self.instance.pk else addresses.free_like(slug)


@admin.register(Pledge)
class PledgeAdmin(RecordAdmin):
    """The working copy of a pledge, with its verdicts, evidence and replies listed beside it."""

    form = PledgeForm
    change_form_template = "admin/pledges/pledge/change_form.html"
    list_display = ("headline", "promisor", "topic", "department", "made_on")
    list_select_related = ("promisor", "topic", "department")
    list_filter = ("topic", "department", "promisor", "kind")
    search_fields = ("slug", "headline", "quotation")
    autocomplete_fields = ("promisor", "made_in", "topic", "department")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/preview/", wrap(pledge_views.preview), name="pledges_pledge_preview"),
            path("<int:pk>/differences/", wrap(pledge_views.differences), name="pledges_pledge_differences"),
            path("<int:pk>/review/", wrap(pledge_views.request_review), name="pledges_pledge_review"),
            path("<int:pk>/checked/", wrap(pledge_views.checked_today), name="pledges_pledge_checked"),
            path("<int:pk>/address/", wrap(pledge_views.move), name="pledges_pledge_move"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Pledge | None = None) -> tuple[str, ...]:
        return ("slug",) if obj and obj.editions.exists() else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Pledge | None = None) -> dict[str, Any]:
        return (
            {}
            if obj and (obj.editions.exists() or not self.has_change_permission(request, obj))
            else {"slug": ("headline",)}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        pledge = self.get_object(request, object_id)
        context = {**(extra_context or {}), **(_beside(pledge) if pledge else {})}
        page: HttpResponse = super().change_view(request, object_id, form_url, context)
        return page

    def take_in(self, row: Pledge) -> None:
        drafts.settle(row)


def _beside(pledge: Pledge) -> dict[str, Any]:
    """What the page lists beside the form: evidence and verdicts newest first."""
    evidence = sorted(pledge.evidence.all(), key=lambda row: PartialDate.parse(row.happened_on).order_day, reverse=True)
    return {
        "pledge": pledge,
        "evidence": evidence,
        "verdicts": pledge.verdicts.select_related("rating", "first_edition").order_by("-pk"),
        "replies": pledge.replies.order_by("-asked_on"),
        "open_review": pledge_views.open_review_of(pledge),
        "is_withdrawn": pledge_views.is_withdrawn(pledge),
        "current_edition": pledge.editions.order_by("number").last(),
        "has_unpublished_changes": drafts.has_unpublished_changes(pledge),
    }
