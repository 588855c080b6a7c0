"""The texts about the site itself: saving keeps a draft, the page “Publish” shows it to readers."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from pledges.actions import site_texts
from pledges.actions.publishing_rule import NotPublishableError
from pledges.admin.record_admin import RecordAdmin
from pledges.admin.seen import fingerprint
from pledges.diffs import Difference, compare_texts
from pledges.models import Editor, SiteText


@admin.register(SiteText)
class SiteTextAdmin(RecordAdmin):
    change_form_template = "admin/pledges/sitetext/change_form.html"
    list_display = ("name_for_people", "published_at", "published_by", "is_as_published")
    list_select_related = ("published_by",)
    list_filter = ("published_at",)
    search_fields = ("name", "draft")
    readonly_fields = ("published_at", "published_by")

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/publish/", wrap(publish), name="pledges_sitetext_publish"), *super().get_urls()]

    @admin.display(description=gettext_lazy("text"), ordering="name")
    def name_for_people(self, site_text: SiteText) -> str:
        return str(site_text)

    @admin.display(boolean=True, description=gettext_lazy("readers see the latest draft"))
    def is_as_published(self, site_text: SiteText) -> bool:
        return not site_text.has_unpublished_changes

    def has_add_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: SiteText, form: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        # Only the draft: what is public changes by an action alone.
        obj.save(update_fields=["draft"])

    def take_in(self, row: SiteText) -> None:
        """Nothing else depends on a draft."""


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what publishing would change for readers; the button does it."""
    if not request.user.has_perm("pledges.view_sitetext"):
        raise PermissionDenied
    site_text = get_object_or_404(SiteText.objects.select_related("published_by"), pk=pk)
    if request.method != "POST":
        return _page(request, site_text, site_texts.reasons_not_to_publish(site_text))
    if not request.user.has_perm("pledges.publish_sitetext"):
        raise PermissionDenied
    if request.POST.get("seen") != _seen(site_text):
        return _page(request, site_text, [_(site_texts.CHANGED)], status=409)
    assert isinstance(request.user, Editor)
    try:
        site_texts.publish(site_text, by=request.user)
    except NotPublishableError as error:
        return _page(request, site_text, error.reasons, status=409)
    messages.success(request, _("Published. Readers see it now."))
    return redirect("admin:pledges_sitetext_change", site_text.pk)


def _page(request: HttpRequest, site_text: SiteText, reasons: list[str], *, status: int = 200) -> HttpResponse:
    context = {
        "site_text": site_text,
        "seen": _seen(site_text),
        "reasons": reasons,
        "changes": _changes(site_text),
        "opts": SiteText._meta,
        **admin.site.each_context(request),
    }
    return render(request, "admin/pledges/sitetext/publish.html", context, status=status)


def _seen(site_text: SiteText) -> str:
    return fingerprint(site_text, {"draft", "published"})


def _changes(site_text: SiteText) -> list[Difference]:
    if not site_text.has_unpublished_changes:
        return []
    return [Difference(str(site_text), compare_texts(site_text.published, site_text.draft))]
