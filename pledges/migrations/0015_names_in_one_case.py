from typing import Any

from django.db import migrations

from pledges.text import in_one_case


def fold_names(apps: Any, _schema_editor: Any) -> None:
    """Store every name in small letters; whose small letters are somebody else's name keeps the one they have."""
    editors = apps.get_model("pledges", "Editor").objects
    taken, longest = set(editors.values_list("username", flat=True)), 150
    for key, name in editors.order_by("pk").values_list("pk", "username"):
        folded = in_one_case(name)
        if folded not in taken and len(folded) <= longest:
            editors.filter(pk=key).update(username=folded)
            taken.add(folded)


class Migration(migrations.Migration):
    dependencies = [
        ("pledges", "0014_unread_columns"),
    ]

    operations = [
        migrations.AlterModelManagers(
            name="editor",
            managers=[],
        ),
        migrations.RunPython(fold_names, migrations.RunPython.noop, elidable=True),
    ]
