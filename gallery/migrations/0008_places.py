"""The places of photos."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0007_photo_note"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.TextField(help_text="Country, id of the town or name of the region, zone.")),
                (
                    "geoname_id",
                    models.PositiveIntegerField(
                        help_text="Number of the town, or part of a city, in GeoNames.", null=True
                    ),
                ),
                ("city_id", models.PositiveIntegerField(help_text="Number of the city in GeoNames.", null=True)),
                ("country_code", models.CharField(help_text="ISO 3166-1.", max_length=2)),
                ("city", models.TextField(blank=True, help_text="In English; empty far from towns.")),
                ("city_chinese", models.TextField(blank=True)),
                ("region", models.TextField(blank=True, help_text="Province or state, in English.")),
                ("region_chinese", models.TextField(blank=True)),
                ("country", models.TextField(help_text="In English.")),
                ("country_chinese", models.TextField()),
                ("time_zone", models.TextField(help_text="IANA.")),
                ("latitude", models.FloatField(help_text="Of the town, in degrees.", null=True)),
                ("longitude", models.FloatField(null=True)),
                (
                    "names",
                    models.TextField(help_text="All names, one a line; the titles in English and Chinese come first."),
                ),
                ("folded_names", models.TextField(blank=True, default="", editable=False)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("key",), name="place_unique")],
            },
        ),
        migrations.AddField(
            model_name="photo",
            name="place",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="photos",
                to="gallery.place",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("defect", ""), ("place__isnull", False), ("trashed_at", None)),
                fields=["owner", "place", "-id"],
                name="photo_places",
            ),
        ),
    ]
