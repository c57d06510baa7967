"""Recognised texts are folded in Python; trigram indexes over the folded columns replace those over expressions."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models

from gallery.models.refolding import refold

# The trigrams of tables of `gallery`, which has no migration with the extension.
INDEXES = {
    "search_photo_names": "gallery_photo USING gin (folded_filename gin_trgm_ops, folded_description gin_trgm_ops)",
    "search_photo_camera": "gallery_photo USING gin (folded_camera gin_trgm_ops)",
    "search_photo_source": "gallery_photosource USING gin (folded_path gin_trgm_ops)",
}
PREVIOUS_INDEXES = {
    "search_photo_camera": (
        "gallery_photo USING gin"
        " ((lower(coalesce(metadata ->> 'make', '') || ' ' || coalesce(metadata ->> 'model', ''))) gin_trgm_ops)"
    ),
    "search_photo_source": "gallery_photosource USING gin (upper(path) gin_trgm_ops)",
}


def _create(indexes: dict[str, str]) -> str:
    return "; ".join(f"CREATE INDEX {name} ON {definition}" for name, definition in indexes.items())


def _drop(indexes: dict[str, str]) -> str:
    return "; ".join(f"DROP INDEX {name}" for name in indexes)


def fold_texts(_apps: Any, schema_editor: Any) -> None:
    refold(schema_editor.connection, table="search_phototext", columns={"folded": "text"}, key="photo_id")


class Migration(migrations.Migration):
    dependencies = [("search", "0002_near_duplicates"), ("gallery", "0003_folded_columns")]

    operations = [
        migrations.RemoveIndex("phototext", "photo_text_folded"),
        migrations.RemoveField("phototext", "folded"),
        migrations.AddField("phototext", "folded", models.TextField(blank=True, default="", editable=False)),
        migrations.RunPython(fold_texts, migrations.RunPython.noop),
        migrations.AddIndex("phototext", GinIndex(OpClass("folded", name="gin_trgm_ops"), name="photo_text_folded")),
        migrations.RunSQL(_drop(PREVIOUS_INDEXES), _create(PREVIOUS_INDEXES)),
        migrations.RunSQL(_create(INDEXES), _drop(INDEXES)),
    ]
