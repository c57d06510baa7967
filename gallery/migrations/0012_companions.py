"""Files that belong to photos: raw files and the films of live photos."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0011_metadata_step"),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoCompanion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(choices=[("raw", "camera raw"), ("film", "film")], max_length=4)),
                (
                    "file",
                    models.TextField(
                        help_text="Path: relative to MEDIA_ROOT, or absolute if the file was left in place."
                    ),
                ),
                ("filename", models.CharField(max_length=255)),
                ("file_size", models.PositiveBigIntegerField(help_text="In bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("path", models.TextField(help_text="Path of the imported file as shown.")),
                ("identity", models.UUIDField(editable=False)),
                ("modified_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "job",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="companions",
                        to="gallery.importjob",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="companions", to="gallery.photo"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["identity"], name="photo_companion_identity"),
                    models.Index(fields=["sha256"], name="photo_companion_sha256"),
                ],
                "constraints": [models.UniqueConstraint(fields=("photo", "sha256"), name="photo_companion_unique")],
            },
        ),
    ]
