from typing import Any

from django.db import migrations, models


def keep_the_mark_of_what_was_frozen_before(apps: Any, _schema_editor: Any) -> None:
    issues = apps.get_model("newsletter", "Issue").objects.exclude(state="draft")
    issues.update(leave_mark="THE-TOKEN-OF-WHOEVER-GETS-THIS")


class Migration(migrations.Migration):
    dependencies = [
        ("newsletter", "0003_event_labels"),
    ]

    operations = [
        migrations.AddField(
            model_name="issue",
            name="leave_mark",
            field=models.CharField(
                blank=True, default="", editable=False, help_text="That mark, of this issue.", max_length=40
            ),
            preserve_default=False,
        ),
        migrations.RunPython(keep_the_mark_of_what_was_frozen_before, migrations.RunPython.noop),
    ]
