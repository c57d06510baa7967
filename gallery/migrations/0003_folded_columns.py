"""Columns with the canonical form of names, descriptions, cameras and paths, filled for existing rows."""

from typing import Any

from django.db import migrations, models

from gallery.models.refolding import refold

CAMERA = "concat_ws(' ', nullif(metadata ->> 'make', ''), nullif(metadata ->> 'model', ''))"


def fold_rows(_apps: Any, schema_editor: Any) -> None:
    photo = {"folded_filename": "filename", "folded_description": "description", "folded_camera": CAMERA}
    refold(schema_editor.connection, table="gallery_photo", columns=photo)
    refold(schema_editor.connection, table="gallery_photosource", columns={"folded_path": "path"})


def _folded(model: str, name: str) -> migrations.AddField:
    return migrations.AddField(model, name, models.TextField(blank=True, default="", editable=False))


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_plain_names")]

    operations = [
        _folded("photo", "folded_filename"),
        _folded("photo", "folded_description"),
        _folded("photo", "folded_camera"),
        _folded("photosource", "folded_path"),
        migrations.RunPython(fold_rows, migrations.RunPython.noop),
    ]
