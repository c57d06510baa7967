"""Claims for the values of existing photos (`gallery.claims.existing`)."""

import json
from functools import partial
from typing import Any

from django.db import migrations, transaction

from gallery.claims.existing import ExistingPhoto, existing_photos, state_claims
from gallery.text.canonical import fold

BATCH_SIZE = 1000
PHOTO_COLUMNS = {
    "claims": "jsonb",
    "taken_at": "timestamp",
    "taken_offset": "smallint",
    "date_source": "text",
    "latitude": "double precision",
    "longitude": "double precision",
    "altitude": "double precision",
    "place_source": "text",
    "description": "text",
    "folded_description": "text",
    "labels": "jsonb",
    "importance": "smallint",
    "kind": "text",
}
SOURCE_COLUMNS = {"claims": "jsonb", "filename": "text"}
MERGE_COLUMNS = {"claims": "jsonb", "previous_values": "jsonb"}
INDEXED = ("taken_at", "description", "importance", "kind")


def state_existing_claims(apps: Any, schema_editor: Any) -> None:
    """Go through all photos; batches that an interrupted run has finished are left out."""
    for batch in existing_photos(partial(apps.get_model, "gallery"), batch_size=BATCH_SIZE):
        for existing in batch:
            state_claims(existing)
        connection = schema_editor.connection
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            _write(cursor, batch)


def _write(cursor: Any, batch: list[ExistingPhoto]) -> None:
    photos = [_photo_row(existing) for existing in batch]
    changed = [row["id"] for existing, row in zip(batch, photos, strict=True) if _is_changed(existing, row)]
    sources = [
        {"id": source.pk, "claims": source.claims, "filename": source.filename}
        for existing in batch
        for source in existing.sources
    ]
    merges = [
        {"id": merge.pk, "claims": merge.claims, "previous_values": merge.previous_values}
        for existing in batch
        for merge in existing.merges
    ]
    _update(cursor, "gallery_photo", PHOTO_COLUMNS, photos)
    _update(cursor, "gallery_photosource", SOURCE_COLUMNS, sources)
    _update(cursor, "gallery_photomerge", MERGE_COLUMNS, merges)
    cursor.execute("UPDATE gallery_photo SET revision = revision + 1 WHERE id = ANY(%s)", [changed])


def _photo_row(existing: ExistingPhoto) -> dict[str, Any]:
    values = existing.settled()
    taken_at = values["taken_at"].isoformat() if values["taken_at"] else None
    folded = fold(values["description"])
    own = {"id": existing.photo.pk, "claims": existing.photo.claims, "folded_description": folded}
    return values | own | {"taken_at": taken_at}


def _is_changed(existing: ExistingPhoto, row: dict[str, Any]) -> bool:
    before = {name: getattr(existing.photo, name) for name in INDEXED}
    before["taken_at"] = before["taken_at"].isoformat() if before["taken_at"] else None
    return any(row[name] != value for name, value in before.items())


def _update(cursor: Any, table: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    names = ", ".join(f"{name} = given.{name}" for name in columns)
    types = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    given = f"jsonb_to_recordset(%s) AS given (id bigint, {types})"
    statement = f"UPDATE {table} SET {names} FROM {given} WHERE {table}.id = given.id"  # noqa: S608
    cursor.execute(statement, [json.dumps(rows)])


class Migration(migrations.Migration):
    # Each batch is a transaction of its own.
    atomic = False

    dependencies = [("gallery", "0013_photo_edits")]

    operations = [migrations.RunPython(state_existing_claims, migrations.RunPython.noop)]
