from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.decorators import csp_replace
from django.contrib.admin import AdminSite, site
from django.contrib.admin.apps import AdminConfig
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from tracker.security import ADMIN_POLICY

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class TrackerAdminSite(AdminSite):
    """The editors' site, under its own content security policy."""

    site_title = site_header = _("Pledge Tracker: editors")
    index_title = _("The record")

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 (Django's signature)
        return cast("View", csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable)))

    def login(self, request: HttpRequest, _extra_context: Any = None) -> HttpResponse:
        """Send to the one page that asks for passwords; Django's own would forget the second factor."""
        index = reverse("admin:index")
        if self.has_permission(request):
            return redirect(index)
        wanted = {REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, index)}
        return redirect(f"{reverse('account_login')}?{urlencode(wanted)}")

    def password_change(self, _request: HttpRequest, _extra_context: Any = None) -> Any:
        return redirect("account_change_password")


class TrackerAdminConfig(AdminConfig):
    default_site = "tracker.admin_site.TrackerAdminSite"

    def ready(self) -> None:
        super().ready()
        # allauth's own pages would show the secrets of second factors.
        for model in [model for model in site._registry if model._meta.app_label in {"account", "mfa"}]:  # noqa: SLF001
            site.unregister(model)
