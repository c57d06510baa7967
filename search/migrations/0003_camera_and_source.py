"""Trigrams of what `camera:` and `source:` ask about, in expressions that the ORM writes (search.query.filters)."""

from django.db import migrations

CAMERA = "lower(coalesce(metadata ->> 'make', '') || ' ' || coalesce(metadata ->> 'model', ''))"


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0002_document_removal"),
        ("search", "0002_photo_text_folded"),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE INDEX search_photo_camera ON gallery_photo USING gin (({CAMERA}) gin_trgm_ops)",
            "DROP INDEX search_photo_camera",
        ),
        migrations.RunSQL(
            "CREATE INDEX search_photo_source ON gallery_photosource USING gin (upper(path) gin_trgm_ops)",
            "DROP INDEX search_photo_source",
        ),
    ]
