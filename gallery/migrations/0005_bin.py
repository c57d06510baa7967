"""The bin, and the date by which the timeline orders what is not in it."""

import django.db.models.functions.comparison
from django.db import migrations, models

import gallery.models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0004_photo_kind"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="trashed_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was put into the bin, together with others of the same moment.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="dated_at",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.comparison.Coalesce(
                    "taken_at",
                    models.Func(
                        models.Value("UTC"),
                        "uploaded_at",
                        function="timezone",
                        output_field=gallery.models.LocalDateTimeField(),
                    ),
                ),
                help_text="Its place in the timeline: when it was taken, or else uploaded.",
                output_field=gallery.models.LocalDateTimeField(),
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["owner", "-dated_at", "-id"],
                include=("width", "height"),
                name="photo_timeline",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "-trashed_at", "-id"],
                name="photo_bin",
            ),
        ),
    ]
