from django.contrib.admin import site
from django.contrib.admin.apps import AdminConfig


class TrackerAdminConfig(AdminConfig):
    default_site = "tracker.admin_site.TrackerAdminSite"

    def ready(self) -> None:
        super().ready()
        # allauth's own pages would show the secrets of second factors.
        for model in [model for model in site._registry if model._meta.app_label in {"account", "mfa"}]:  # noqa: SLF001
            site.unregister(model)
