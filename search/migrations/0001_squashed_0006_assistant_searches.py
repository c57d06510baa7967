"""The tables of the search, as of the migrations that it replaces."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import pgvector.django.halfvec
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from pgvector.django import VectorExtension

# Expressions as the ORM writes them for `camera:` and `source:` of that time.
CAMERA = "lower(coalesce(metadata ->> 'make', '') || ' ' || coalesce(metadata ->> 'model', ''))"
# Chinese characters and Japanese syllables, which are written without spaces.
UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"


class Folded(models.Func):
    """The folded text, as the database computed it at that time."""

    output_field = models.TextField()
    template = (
        "CASE WHEN %(expressions)s ~ '^[!-~]*$' THEN lower(%(expressions)s) ELSE"
        " lower(regexp_replace(regexp_replace(normalize(%(expressions)s, NFKC), '[ \t\n\r\f\x0b]+', ' ', 'g'),"
        f" '(?<=[{UNSPACED}]) | (?=[{UNSPACED}])', '', 'g')) END"
    )


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("search", "0001_initial"),
        ("search", "0002_photo_text_folded"),
        ("search", "0003_camera_and_source"),
        ("search", "0004_result_lists"),
        ("search", "0005_look_alikes"),
        ("search", "0006_assistant_searches"),
    ]

    dependencies = [
        ("gallery", "0001_squashed_0014_legible_names"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        VectorExtension(),
        TrigramExtension(),
        migrations.CreateModel(
            name="IndexedPhoto",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indexed",
                        serialize=False,
                        to="gallery.photo",
                    ),
                ),
                ("revision", models.PositiveIntegerField()),
                ("mapping", models.CharField(max_length=20)),
            ],
        ),
        migrations.CreateModel(
            name="ResultList",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("found", models.JSONField(help_text="Written by search.ranking.results.RankedList.")),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchExample",
            fields=[
                ("key", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("model", models.CharField(max_length=100)),
                ("vector", pgvector.django.halfvec.HalfVectorField()),
                ("created_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ComparedPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=100)),
                ("version", models.PositiveSmallIntegerField(help_text="Version of search.near_duplicates.likeness.")),
                ("is_full", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.photo"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_full", True)), fields=["owner", "model"], name="compared_photo_full"
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("photo", "model"), name="compared_photo_unique")],
            },
        ),
        migrations.CreateModel(
            name="KeptApart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("moment", models.DateTimeField(help_text="Time of the request, which may dismiss several groups.")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("photos", models.ManyToManyField(related_name="+", to="gallery.photo")),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "moment"], name="kept_apart_owner_moment")],
            },
        ),
        migrations.CreateModel(
            name="LookAlike",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=100)),
                ("distance", models.FloatField(help_text="1 − cosine.")),
                (
                    "reads_alike",
                    models.BooleanField(help_text="Their words match too. Empty: not compared yet.", null=True),
                ),
                (
                    "one",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.photo"
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.photo"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["owner", "model"], name="look_alike_owner_model"),
                    models.Index(
                        condition=models.Q(("reads_alike", None)),
                        fields=["owner", "model"],
                        name="look_alike_unread",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("one", "other", "model"), name="look_alike_unique"),
                    models.CheckConstraint(
                        condition=models.Q(("one__lt", models.F("other"))), name="look_alike_older_first"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhotoEmbedding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "model",
                    models.CharField(
                        help_text="Name, first digits of the SHA-256 of the weights, version.", max_length=100
                    ),
                ),
                ("view", models.PositiveSmallIntegerField(default=0)),
                ("vector", pgvector.django.halfvec.HalfVectorField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="embeddings", to="gallery.photo"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["owner", "model"], name="embedding_owner_model")],
                "constraints": [models.UniqueConstraint(fields=("photo", "model", "view"), name="embedding_unique")],
            },
        ),
        migrations.CreateModel(
            name="PhotoText",
            fields=[
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="text",
                        serialize=False,
                        to="gallery.photo",
                    ),
                ),
                (
                    "engine",
                    models.CharField(
                        help_text="Name, first digits of the SHA-256 of the weights, version.", max_length=100
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("lines", models.JSONField(default=list)),
                (
                    "folded",
                    models.GeneratedField(
                        db_persist=True,
                        expression=Folded("text"),
                        help_text="The folded text, for searches without Elasticsearch.",
                        output_field=models.TextField(),
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["engine"], name="photo_text_engine"),
                    django.contrib.postgres.indexes.GinIndex(
                        django.contrib.postgres.indexes.OpClass("folded", name="gin_trgm_ops"), name="photo_text_folded"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecentSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.TextField()),
                (
                    "digest",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("address"),
                        help_text="MD5 of the address, which may be too long for an index.",
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                ("used_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "digest"), name="recent_search_unique")],
            },
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("address", models.TextField()),
                (
                    "is_for_assistants",
                    models.BooleanField(
                        default=False,
                        help_text="Assistants may read its results, if the owner shares saved searches with them.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("owner", "name"), name="saved_search_name_unique")],
            },
        ),
        migrations.RunSQL(
            f"CREATE INDEX search_photo_camera ON gallery_photo USING gin (({CAMERA}) gin_trgm_ops)",
            "DROP INDEX search_photo_camera",
        ),
        migrations.RunSQL(
            "CREATE INDEX search_photo_source ON gallery_photosource USING gin (upper(path) gin_trgm_ops)",
            "DROP INDEX search_photo_source",
        ),
    ]
