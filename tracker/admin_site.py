from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from pledges.desk import desk_of
from pledges.models import Editor
from tracker.security import ADMIN_POLICY

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class TrackerAdminSite(AdminSite):
    """The editors' site, under its own content security policy."""

    site_title = site_header = _("Pledge Tracker: editors")
    index_title = _("The record")

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 (Django's signature)
        return cast("View", csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable)))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Begin with what waits for this editor."""
        assert isinstance(request.user, Editor)
        return super().index(request, {"desk": desk_of(request.user), **(extra_context or {})})

    def login(self, request: HttpRequest, _extra_context: Any = None) -> HttpResponse:
        """Send to the one page that asks for passwords; Django's own would forget the second factor."""
        index = reverse("admin:index")
        if self.has_permission(request):
            return redirect(index)
        wanted = {REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, index)}
        return redirect(f"{reverse('account_login')}?{urlencode(wanted)}")

    def password_change(self, _request: HttpRequest, _extra_context: Any = None) -> Any:
        return redirect("account_change_password")
