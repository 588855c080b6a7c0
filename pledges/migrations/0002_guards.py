from typing import Any

from django.db import migrations

from pledges.guards import install_guards, remove_guards


def install(_apps: Any, schema_editor: Any) -> None:
    install_guards(schema_editor.connection)


def remove(_apps: Any, schema_editor: Any) -> None:
    remove_guards(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("pledges", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
