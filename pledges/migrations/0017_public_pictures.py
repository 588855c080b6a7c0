import django.db.models.deletion
from django.db import migrations, models

from pledges.actions.public_pictures import shown_by


def fill(apps, _schema_editor):
    """What `rebuild_public` would write: without it no reader would see a picture before somebody runs it."""
    editions, public_pledges, pictures = (
        apps.get_model("pledges", name).objects for name in ("Edition", "PublicPledge", "PublicPicture")
    )
    public = public_pledges.filter(withdrawn_at=None).order_by().values("pledge")
    stored = editions.filter(pledge__in=public).order_by("pledge", "number").values_list("pledge_id", "kind", "content")
    shown = sorted(shown_by(stored.iterator(chunk_size=500)))
    pictures.bulk_create([pictures.model(pledge_id=pledge_id, name=name) for pledge_id, name in shown], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("pledges", "0016_places")]
    unsafe_because = "It reads the editions, and writes only a table that the old code does not know."

    operations = [
        migrations.CreateModel(
            name="PublicPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=36)),
                (
                    "pledge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="public_pictures",
                        to="pledges.pledge",
                    ),
                ),
            ],
            options={
                "ordering": ["pledge", "name"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "pledge"), name="public_picture_is_counted_once")
                ],
            },
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
