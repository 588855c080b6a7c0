from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import connections
from django.db.models.signals import post_migrate

from pledges import guards
from pledges.record_guards import record_guards
from pledges.search_index import TABLE, install_index
from pledges.system_checks import check_guards, check_migrations


class PledgesConfig(AppConfig):
    name = "pledges"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Pledge Tracker"

    def ready(self) -> None:
        guards.register(record_guards)
        checks.register(check_guards, checks.Tags.database)
        checks.register(check_migrations, deploy=True)
        post_migrate.connect(_complete_database, sender=self)


def _complete_database(using: str, **_options: Any) -> None:
    """Put the guards, the search index and the one row of the generation in place (after a test's flush too)."""
    connection = connections[using]
    tables = connection.introspection.table_names()
    if "pledges_generation" not in tables:
        return  # a migration to before the record began
    guards.install_guards(connection)
    if TABLE in tables:
        install_index(connection)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO pledges_generation (id, number) VALUES (1, 0) ON CONFLICT DO NOTHING")
