"""Pinned searches, evaluations of the search, and the digest of a picture that a user searched with."""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0003_folded_columns"),
        ("search", "0003_folded_text"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEvaluation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("given", "Labelled pictures, texts as given"),
                            ("read", "Labelled pictures, texts recognised"),
                            ("pinned", "Pinned searches of users"),
                        ],
                        max_length=10,
                    ),
                ),
                ("encoder", models.CharField(blank=True, max_length=100)),
                ("engine", models.CharField(blank=True, max_length=100)),
                ("figures", models.JSONField()),
                ("measured_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
        ),
        migrations.AddField(
            model_name="searchexample",
            name="sha256",
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.CreateModel(
            name="PinnedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("query", models.TextField()),
                (
                    "digest",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("query"),
                        help_text="MD5 of the query, which may be too long for an index.",
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                ("found", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("photos", models.ManyToManyField(related_name="+", to="gallery.photo")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "digest"), name="pinned_search_unique")],
            },
        ),
    ]
