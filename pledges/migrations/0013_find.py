import django.db.models.deletion
from django.db import migrations, models

import pledges.models.fields
from pledges.content import read
from pledges.search_index import remove_index

COUNTED = ["topic", "department", "promisor", "rating", "made_in", "due_day", "next_check_on", "changed_at"]


def fill(apps, schema_editor):
    """What `rebuild_public` would write, so that lists are whole before somebody runs it."""
    public_pledges, public_sources, due_tallies = (
        apps.get_model("pledges", name).objects for name in ("PublicPledge", "PublicSource", "DueTally")
    )
    for public in public_pledges.select_related("edition").order_by("edition").iterator():
        content = read(bytes(public.edition.content))
        public.made_in_id = content.made_in.key
        public.save(update_fields=["made_in"])
        if public.withdrawn_at is None:
            source, _created = public_sources.get_or_create(source_id=content.made_in.key, defaults={"pledges": 0})
            source.title, source.pledges = content.made_in.title, source.pledges + 1
            source.save()
    due = public_pledges.filter(withdrawn_at=None).order_by().values("rating_id", "due_day")
    due_tallies.bulk_create(due_tallies.model(**cell) for cell in due.annotate(pledges=models.Count("*")))
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the table could not be altered after this


def remove(_apps, schema_editor):
    remove_index(schema_editor.connection)


def index(name, fields):
    condition = models.Q(withdrawn_at=None)
    return migrations.AddIndex(
        "publicpledge", models.Index(fields=fields, name=f"public_pledge_by_{name}", condition=condition)
    )


class Migration(migrations.Migration):
    dependencies = [("pledges", "0012_ready_html")]

    operations = [
        migrations.CreateModel(
            name="PublicSource",
            fields=[
                (
                    "source",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="pledges.source",
                    ),
                ),
                ("title", pledges.models.fields.LineField(max_length=300)),
                ("pledges", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["-pledges", "source"], name="public_source_by_pledges")],
            },
        ),
        migrations.CreateModel(
            name="DueTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rating",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pledges.rating"
                    ),
                ),
                ("due_day", models.DateField()),
                ("pledges", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("rating__isnull", False)),
                        fields=("due_day", "rating"),
                        name="due_tally_has_one_row_a_rated_cell",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("rating__isnull", True)),
                        fields=("due_day",),
                        name="due_tally_has_one_row_an_unrated_cell",
                    ),
                    models.CheckConstraint(condition=models.Q(("pledges__gt", 0)), name="due_tally_counts_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "pledge",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="pledges.publicpledge",
                    ),
                ),
                ("tokens", models.TextField()),
                ("passages", models.TextField()),
            ],
        ),
        migrations.RemoveIndex("publicpledge", "public_pledge_by_cell"),
        migrations.AddField(
            model_name="publicpledge",
            name="made_in",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pledges.source"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="publicpledge",
            name="made_in",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pledges.source"),
        ),
        index("source", ["made_in", "changed_at", "pledge"]),
        index("cell", COUNTED),
        index("pledge", ["pledge", *COUNTED]),
        migrations.RunPython(migrations.RunPython.noop, remove),
    ]
