"""Fingerprints of photos, by which copies are found; names of comparisons that are not by vectors."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0015_albums_archive_rotation"),
        ("search", "0006_labels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="comparedphoto",
            name="version",
            field=models.PositiveSmallIntegerField(help_text="Version of the comparison."),
        ),
        migrations.AlterField(
            model_name="nearduplicatepair",
            name="distance",
            field=models.FloatField(help_text="1 − cosine of the vectors, or 1 − correlation of the pixels."),
        ),
        migrations.CreateModel(
            name="PhotoFingerprint",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="gallery.photo",
                    ),
                ),
                ("bits", models.BinaryField(help_text="Empty for plain pictures.")),
                (
                    "inner_bits",
                    models.BinaryField(help_text="Of the picture without its frame; empty without a frame."),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
    ]
