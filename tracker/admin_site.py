from collections.abc import Callable
from typing import Any, TypeVar, cast

from csp.decorators import csp_replace
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from tracker.security import ADMIN_POLICY

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class TrackerAdminSite(AdminSite):
    """The editors' site, under its own content security policy."""

    site_title = site_header = _("Pledge Tracker: editors")
    index_title = _("The record")

    def admin_view(self, view: View, cacheable: bool = False) -> View:  # noqa: FBT001, FBT002 (Django's signature)
        return cast("View", csp_replace(ADMIN_POLICY)(super().admin_view(view, cacheable)))

    def login(self, *args: Any, **options: Any) -> Any:
        return csp_replace(ADMIN_POLICY)(super().login)(*args, **options)


class TrackerAdminConfig(AdminConfig):
    default_site = "tracker.admin_site.TrackerAdminSite"
