from typing import Any

from django.apps import AppConfig, apps
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from pledges import guards
from tracker.newsletter import wording
from tracker.newsletter.guards import consent_guards


class NewsletterConfig(AppConfig):
    name = "tracker.newsletter"
    label = "newsletter"
    verbose_name = _("Newsletter")

    def ready(self) -> None:
        guards.register(consent_guards)
        post_migrate.connect(_keep_wording, sender=self)


def _keep_wording(using: str, **_options: Any) -> None:
    """Store the sentence that people agree to in this release, unless its version is stored (after a test's flush too)."""
    kept = apps.get_model("newsletter", "Wording")._default_manager.using(using)
    if kept.model._meta.db_table not in connections[using].introspection.table_names():
        return  # a migration to before the newsletter began
    kept.get_or_create(version=wording.VERSION, defaults={"text": wording.TEXT, "since": timezone.now()})
