"""Identities of imported files: a digest of the bytes that name their place, instead of the path as shown."""

from typing import Any

from django.db import migrations, models

# As `gallery.storage.identities` computes it from a path.
IDENTITY = "substring(encode(sha256(convert_to(path, 'UTF8')), 'hex') for 32)::uuid"


def identify_rows(_apps: Any, schema_editor: Any) -> None:
    for table in ("gallery_importitem", "gallery_photosource"):
        schema_editor.execute(f"UPDATE {table} SET identity = {IDENTITY}")  # noqa: S608


class Migration(migrations.Migration):
    # A table with pending triggers cannot be altered in the transaction that updated it.
    atomic = False

    dependencies = [("gallery", "0005_modification_times")]

    operations = [
        migrations.AddField("importitem", "identity", models.UUIDField(editable=False, null=True)),
        migrations.AddField("photosource", "identity", models.UUIDField(editable=False, null=True)),
        migrations.RunPython(identify_rows, migrations.RunPython.noop),
        migrations.AlterField("importitem", "identity", models.UUIDField(editable=False)),
        migrations.AlterField("photosource", "identity", models.UUIDField(editable=False)),
        migrations.AlterField(
            "importitem", "path", models.TextField(help_text="Path as shown; several files can share it.")
        ),
        migrations.AlterField(
            "photosource", "path", models.TextField(help_text="Path of the imported file as shown, or “upload”.")
        ),
        migrations.AlterField(
            "importjob",
            "unfinished_reads",
            models.JSONField(
                default=dict,
                help_text="Identities of files that were opened but never finished, with the number of attempts.",
            ),
        ),
        migrations.RemoveConstraint("importitem", "import_item_unique"),
        migrations.RemoveConstraint("photosource", "photo_source_unique"),
        migrations.RemoveIndex("photosource", "photo_source_path"),
        migrations.AddConstraint(
            "importitem", models.UniqueConstraint(fields=["job", "identity"], name="import_item_unique")
        ),
        migrations.AddConstraint(
            "photosource", models.UniqueConstraint(fields=["photo", "identity"], name="photo_source_unique")
        ),
        migrations.AddIndex("photosource", models.Index(fields=["identity"], name="photo_source_identity")),
    ]
