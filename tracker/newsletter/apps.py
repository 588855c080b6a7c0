from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tracker.newsletter import wording


class NewsletterConfig(AppConfig):
    name = "tracker.newsletter"
    label = "newsletter"
    verbose_name = _("Newsletter")

    def ready(self) -> None:
        post_migrate.connect(_keep_wording, sender=self)


def _keep_wording(using: str, **_options: Any) -> None:
    """Store the sentence that people agree to in this release, unless its version is stored (after a test's flush too)."""
    connection = connections[using]
    if "newsletter_wording" not in connection.introspection.table_names():
        return  # a migration to before the newsletter began
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO newsletter_wording (version, text, since) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [wording.VERSION, wording.TEXT, connection.ops.adapt_datetimefield_value(timezone.now())],
        )
