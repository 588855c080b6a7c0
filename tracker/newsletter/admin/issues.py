"""Issues of the newsletter: written in a form, sent by a second person from a page of its own."""

from typing import Any, cast

from csp.constants import NONE
from csp.decorators import csp_replace
from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from pledges.admin.markdown_widget import PictureFreeMarkdownWidget
from pledges.admin.record_admin import RecordAdmin
from pledges.admin.seen import SeenForm
from pledges.models.fields import MarkdownField
from tracker.newsletter.admin import issue_views
from tracker.newsletter.digest import digest
from tracker.newsletter.models import Issue

# The message as it will arrive, with the styles that stand in it; nothing in it can run or fetch.
_MESSAGE_POLICY = {
    "default-src": [NONE],
    "style-src": ["'unsafe-inline'"],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
    "sandbox": True,
}


class IssueForm(SeenForm):
    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not Issue.objects.filter(pk=self.instance.pk, state=Issue.State.DRAFT).exists():
            self.is_conflict = True
            self.add_error(None, _("Somebody has begun to send this issue as it was. Nothing of it can change now."))
        return cleaned


@admin.register(Issue)
class IssueAdmin(RecordAdmin):
    form = IssueForm
    change_form_template = "admin/newsletter/issue/change_form.html"
    change_list_template = "admin/newsletter/issue/change_list.html"
    formfield_overrides = {MarkdownField: {"widget": PictureFreeMarkdownWidget}}
    list_display = ("subject", "number", "state", "written_by", "started_by", "started_at", "finished_at")
    list_select_related = ("written_by", "started_by")
    list_filter = ("state",)
    search_fields = ("subject",)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        html: Any = csp_replace(_MESSAGE_POLICY)(wrap(cast("Any", issue_views.preview_html)))
        return [
            path("draft/", wrap(issue_views.draft), name="newsletter_issue_draft"),
            path("<int:pk>/send/", wrap(issue_views.send), name="newsletter_issue_send"),
            path("<int:pk>/preview/", html, name="newsletter_issue_preview"),
            path("<int:pk>/preview/text/", wrap(issue_views.preview_text), name="newsletter_issue_preview_text"),
            *super().get_urls(),
        ]

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False  # “Draft the next issue” begins one

    def has_delete_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Issue | None = None) -> bool:
        # A form that was open when the sending began may be sent in: it gets its text back with the reason.
        is_open = obj is None or obj.state == Issue.State.DRAFT or request.method == "POST"
        return is_open and super().has_change_permission(request, obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *arguments: Any, **options: Any) -> Any:
        issue = context["original"]
        context["groups"] = digest(issue.after_sequence, issue.until_sequence)
        return super().render_change_form(request, context, *arguments, **options)

    def take_in(self, row: Issue) -> None:
        """Nothing else depends on a draft."""
