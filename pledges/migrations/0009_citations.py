import django.db.models.deletion
from django.db import migrations, models

from pledges.content import read
from pledges.guards import install_guards, remove_guards


def remove(_apps, schema_editor):
    remove_guards(schema_editor.connection)


def install(_apps, schema_editor):
    install_guards(schema_editor.connection)


def fill(apps, _schema_editor):
    """What `rebuild_public` would write: without it, sources that readers see would stand unguarded until somebody runs it."""
    editions, sources, citations = (
        apps.get_model("pledges", name).objects for name in ("Edition", "Source", "PublicCitation")
    )
    known = set(sources.values_list("pk", flat=True))
    stored = editions.filter(content__isnull=False).values_list("pledge_id", "content")
    cited = {
        (pledge_id, source.key) for pledge_id, content in stored.iterator() for source in read(bytes(content)).sources
    }
    citations.bulk_create(
        [citations.model(pledge_id=pledge, source_id=source) for pledge, source in sorted(cited) if source in known],
        batch_size=500,
    )


class Migration(migrations.Migration):
    """Reviews that were open before are void: nobody knows where the copies led when they were asked for."""

    dependencies = [
        ("pledges", "0008_public_log"),
    ]

    operations = [
        migrations.RunPython(remove, install),
        migrations.AddField(
            model_name="review",
            name="copies_digest",
            field=models.CharField(blank=True, default="", editable=False, max_length=64),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name="PublicCitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="public_citations",
                        to="pledges.pledge",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="public_citations",
                        to="pledges.source",
                    ),
                ),
            ],
            options={
                "ordering": ["pledge", "source"],
                "constraints": [
                    models.UniqueConstraint(fields=("pledge", "source"), name="public_citation_is_counted_once")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(install, remove),
    ]
