"""Claims of witnesses about photos, and the columns that are derived from them."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0003_folded_columns"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="altitude",
            field=models.FloatField(blank=True, help_text="In metres.", null=True),
        ),
        migrations.AddField(
            model_name="photo",
            name="claims",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Values that the file's bytes and the owner state (`gallery.claims`).",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="folded_labels",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="photo",
            name="folded_lens",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.AddField(
            model_name="photo",
            name="labels",
            field=models.JSONField(blank=True, default=dict, help_text="Title, keywords and names of people."),
        ),
        migrations.AddField(
            model_name="photo",
            name="latitude",
            field=models.FloatField(blank=True, help_text="In degrees.", null=True),
        ),
        migrations.AddField(
            model_name="photo",
            name="longitude",
            field=models.FloatField(blank=True, help_text="In degrees.", null=True),
        ),
        migrations.AddField(
            model_name="photo",
            name="metadata_version",
            field=models.PositiveSmallIntegerField(default=0, help_text="0 before the metadata step."),
        ),
        migrations.AddField(
            model_name="photo",
            name="place_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "set manually"),
                    ("exif", "metadata in the file"),
                    ("sidecar", "sidecar file"),
                    ("gps", "GPS"),
                    ("filename", "file name"),
                    ("folder", "folder"),
                    ("changed", "last change by a program"),
                    ("file", "file time"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="photomerge",
            name="claims",
            field=models.JSONField(default=dict, help_text="Values that the near-duplicates state (`gallery.claims`)."),
        ),
        migrations.AddField(
            model_name="photosource",
            name="claims",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="Values that name, folder, sidecar and file time state (`gallery.claims`).",
            ),
        ),
        migrations.AddField(
            model_name="photosource",
            name="sidecar_content",
            field=models.BinaryField(db_default=b"", default=b"", help_text="The bytes of an XMP sidecar."),
        ),
        migrations.AlterField(
            model_name="photo",
            name="date_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("person", "set manually"),
                    ("exif", "metadata in the file"),
                    ("sidecar", "sidecar file"),
                    ("gps", "GPS"),
                    ("filename", "file name"),
                    ("folder", "folder"),
                    ("changed", "last change by a program"),
                    ("file", "file time"),
                ],
                max_length=8,
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["metadata_version"], name="photo_metadata_version"),
        ),
    ]
