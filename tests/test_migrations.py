"""A database of the previous release migrates to the current schema and keeps every row."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RenameField, RenameModel

from gallery.models import ImportItem, ImportJob, PartialUpload, Photo, PhotoMerge, PhotoSource
from gallery.text.canonical import fold
from search.models import PhotoEmbedding, PhotoText

# Made by tests/data/dump_previous_release.py.
DUMP = Path(__file__).parent / "data/previous_release.sql.gz"
MIGRATIONS = (("gallery", "0002_plain_names"), ("search", "0002_near_duplicates"))
# Columns whose values change; `test_values_are_converted` checks them.
CONVERTED = {
    "gallery_account": {"theme"},
    "gallery_importitem": {"verdict", "identity", "filled_fields"},
    "gallery_importjob": {"import_counts", "preview_counts", "album_id", "makes_albums", "archives", "is_sample"},
    "gallery_partialupload": {"arrival", "status", "detail", "kind", "modified_at", "album_id"},
    "gallery_photo": {
        *("folded_filename", "folded_description", "folded_camera", "folded_labels", "folded_lens"),
        *("claims", "labels", "latitude", "longitude", "altitude", "place_source", "metadata_version"),
        *("place_id", "defect", "note", "changed_at", "is_animated", "film_bytes"),
        *("is_archived", "rotation", "thumbnail_rotation"),
        # Instants are read again in the zone of this server.
        *("taken_at", "taken_offset", "dated_at", "kind", "revision"),
    },
    "gallery_photomerge": {"claims", "previous_values"},
    "gallery_photosource": {"folded_path", "claims", "sidecar_content", "identity", "filename"},
    "gallery_stepattempt": {"dismissed_at"},
    "search_phototext": {"folded"},
    "search_searchexample": {"sha256"},
}
NEW_TABLES = {
    *("account_emailaddress", "account_emailconfirmation", "mfa_authenticator"),
    *("socialaccount_socialaccount", "socialaccount_socialapp", "socialaccount_socialtoken"),
    "gallery_archiverule",
    *("gallery_editedphoto", "gallery_photoedit"),
    *("gallery_place", "gallery_photocompanion"),
    *("search_photofingerprint", "search_pinnedsearch", "search_pinnedsearch_photos", "search_searchevaluation"),
}
# New tables that the migrations fill.
FILLED_TABLES = ("gallery_album", "gallery_albumphoto")
# Tables that `migrate` itself changes.
DJANGO_TABLES = {"auth_permission", "django_content_type", "django_migrations"}
SCHEMA = {
    "columns": """
        SELECT table_name, column_name, udt_name, character_maximum_length, is_nullable, column_default, is_identity,
            generation_expression
        FROM information_schema.columns WHERE table_schema = 'public'
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
    """,
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    """,
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = 'public'",
    "extensions": "SELECT extname, extversion FROM pg_extension",
}

Rows = dict[str, list[dict[str, Any]]]


def query(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def schema() -> dict[str, set[tuple[Any, ...]]]:
    return {kind: set(query(sql)) for kind, sql in SCHEMA.items()}


def all_rows() -> Rows:
    """Return the rows of every table as JSON."""
    tables = [name for (name,) in query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    return {
        table: [json.loads(row) for (row,) in query(f'SELECT to_jsonb(own) FROM "{table}" own')]  # noqa: S608
        for table in tables
        if table not in DJANGO_TABLES
    }


def renamed(rows: Rows) -> Rows:
    """Return rows of the previous release with the current names of tables and columns."""
    tables: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    for app, migration in MIGRATIONS:
        for operation in import_module(f"{app}.migrations.{migration}").Migration.operations:
            if isinstance(operation, RenameModel):
                tables[f"{app}_{operation.old_name_lower}"] = f"{app}_{operation.new_name_lower}"
                many = columns.setdefault(f"{app}_{operation.old_name_lower}_photos", {})
                many[f"{operation.old_name_lower}_id"] = f"{operation.new_name_lower}_id"
            elif isinstance(operation, RenameField):
                own = columns.setdefault(f"{app}_{operation.model_name_lower}", {})
                own[operation.old_name] = operation.new_name
    tables |= {f"{old}_photos": f"{new}_photos" for old, new in tables.items()}
    return {
        tables.get(table, table): [
            {columns.get(table, {}).get(name, name): value for name, value in row.items()} for row in content
        ]
        for table, content in rows.items()
    }


def unconverted(rows: Rows) -> dict[str, list[str]]:
    """Return the rows without converted columns, in a comparable form."""
    return {
        table: sorted(
            repr(sorted((name, value) for name, value in row.items() if name not in CONVERTED.get(table, ())))
            for row in content
        )
        for table, content in rows.items()
    }


@pytest.fixture
def previous_release(transactional_db: None) -> Iterator[None]:
    """A scratch database as the previous release left it, used as the default database."""
    own_name = connection.settings_dict["NAME"]
    name = f"{own_name}_previous"
    query_without_result(f'DROP DATABASE IF EXISTS "{name}"', f'CREATE DATABASE "{name}"')
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        query_without_result(gzip.decompress(DUMP.read_bytes()).decode())
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own_name
        query_without_result(f'DROP DATABASE "{name}"')


def query_without_result(*statements: str) -> None:
    with connection.cursor() as cursor:
        for sql in statements:
            cursor.execute(sql)


@pytest.mark.django_db(transaction=True)
def test_migrates_previous_release(request):
    fresh = schema()
    request.getfixturevalue("previous_release")
    before = all_rows()
    call_command("migrate", verbosity=0)
    migrated = schema()
    for kind, objects in fresh.items():
        assert migrated[kind] == objects, kind
    after = all_rows()
    assert [(row["name"], row["stated_name"], row["is_kept"]) for row in after["gallery_album"]] == [
        ("Lake", "Lake", False)
    ]
    assert [row["is_member"] for row in after["gallery_albumphoto"]] == [True]
    kept = {table: rows for table, rows in after.items() if table not in FILLED_TABLES}
    assert unconverted(kept) == unconverted(renamed(before)) | {table: [] for table in NEW_TABLES}
    for model in apps.get_models():
        (count,) = query(f'SELECT count(*) FROM "{model._meta.db_table}"')  # noqa: S608
        assert (len(model._default_manager.all()),) == count, model


def test_values_are_converted(previous_release):
    call_command("migrate", verbosity=0)
    assert Counter(ImportItem.objects.values_list("verdict", "is_preview")) == Counter(
        (verdict, is_preview) for verdict in ImportItem.Verdict.values for is_preview in (False, True)
    )
    counts = {"new": 1, "duplicate": 2, "known": 3, "skipped": 4, "failed": 5}
    counts |= {"bytes": 1234, "dates": {"exif": 3}, "reasons": {"small": 2, "damaged": 1}}
    assert ImportJob.objects.count() == len(ImportJob.State)
    for job in ImportJob.objects.all():
        assert job.preview_counts == job.import_counts == counts
    uploads = PartialUpload.objects.order_by("pk").values_list("arrival", "detail", "kind")
    refusal = ("refused", "This file is too large.", "file-too-large")
    assert list(uploads) == [
        *(("unfinished", "", ""), ("duplicate", "", ""), ("created", "", "")),
        *[refusal] * 5,
        ("restored", "", ""),
    ]


def test_triggers_work_after_migration(previous_release):
    call_command("migrate", verbosity=0)
    removals = apps.get_model("gallery.PhotoRemoval").objects
    photo = Photo.objects.filter(trashed_at=None).earliest("pk")
    changed_at, count = photo.changed_at, removals.count()
    Photo.objects.filter(pk=photo.pk).update(trashed_at=PhotoMerge.objects.get().merged_at)
    assert Photo.objects.get(pk=photo.pk).changed_at > changed_at
    assert removals.count() == count + 1
    assert PhotoEmbedding.objects.count() == 2


def test_broken_photos_are_tried_again(previous_release):
    call_command("migrate", verbosity=0)
    assert set(Photo.objects.values_list("defect", "note")) == {("", "")}


def test_rows_are_folded(previous_release):
    call_command("migrate", verbosity=0)
    assert {text.folded for text in PhotoText.objects.all()} == {" tea 茶 "}
    photo = Photo.objects.get(filename="exif 茶.jpg")
    assert (photo.folded_filename, photo.folded_description) == (fold("exif 茶.jpg"), " a cup of tea ")
    assert {photo.folded_camera for photo in Photo.objects.all()} == {" example ", ""}
    paths = PhotoSource.objects.values_list("path", "folded_path")
    assert {path for path, _folded in paths} == {"upload", "/photos/a/1.jpg"}
    assert all(folded == fold(path) for path, folded in paths)


def test_white_pictures_are_processed_again(previous_release):
    call_command("migrate", verbosity=0)
    white, other = Photo.objects.filter(trashed_at=None).order_by("pk")[:2]
    Photo.objects.update(thumbnail_version=2)
    Photo.objects.filter(pk=white.pk).update(extension="png", placeholder=b"\xff" * 48)
    import_module("search.migrations.0005_white_on_transparent").make_again(apps, None)
    assert list(Photo.objects.filter(thumbnail_version=0)) == [white]
    assert not PhotoEmbedding.objects.filter(photo=white).exists()
    assert Photo.objects.get(pk=other.pk).thumbnail_version == 2
