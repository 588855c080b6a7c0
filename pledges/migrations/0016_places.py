import django.db.models.deletion
from django.db import migrations, models

from pledges.actions.search_texts import columns
from pledges.content import read
from pledges.search_index import install_index, remove_index


def fill(apps, schema_editor):
    """What `rebuild_public` would write, so that search finds everything before somebody runs it."""
    public_pledges, texts = (apps.get_model("pledges", name).objects for name in ("PublicPledge", "SearchText"))
    for public in public_pledges.filter(withdrawn_at=None).select_related("edition").order_by("edition").iterator():
        texts.create(pledge=public, **columns(public, read(bytes(public.edition.content))))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered after this


def install(_apps, schema_editor):
    install_index(schema_editor.connection)


def remove(_apps, schema_editor):
    remove_index(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("pledges", "0015_names_in_one_case")]

    operations = [
        migrations.RunPython(remove, migrations.RunPython.noop),
        migrations.DeleteModel(name="SearchText"),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                ("place", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_text",
                        to="pledges.publicpledge",
                    ),
                ),
                ("terms", models.TextField()),
                ("tokens", models.TextField()),
                ("passages", models.TextField()),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
