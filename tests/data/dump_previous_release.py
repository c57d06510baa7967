"""Writes previous_release.sql.gz: the schema of commit 9d9b59d, and rows in every table, as SQL.

Run it with pytest in a checkout of that commit, whose models it fills: `OUTPUT=… python -m pytest FILE`.
tests/test_migrations.py restores the result and migrates it.
"""

import gzip
import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

DDL = ("ALTER", "COMMENT", "CREATE", "DROP")
NOW = datetime(2026, 11, 28, 12, 30, tzinfo=timezone.get_default_timezone())


@pytest.mark.django_db(transaction=True)
def test_dumps_database():
    statements = []

    def record(execute, sql, params, many, context):
        text = str(sql).strip()
        if text.upper().startswith(DDL):
            assert not params, "a statement without parameters can be stored as it is"
            statements.append(text.rstrip(";") + ";")
        return execute(sql, params, many, context)

    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE previous_release")
    own_name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "previous_release"
    try:
        with connection.execute_wrapper(record):
            call_command("migrate", verbosity=0)
        fill_tables()
        lines = [*statements, "BEGIN;", "SET CONSTRAINTS ALL DEFERRED;", *rows(), "COMMIT;"]
        with gzip.GzipFile(Path(os.environ["OUTPUT"]), "wb", mtime=0) as file:
            file.write("\n".join(lines).encode())
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own_name


def rows():
    """INSERT statements for every row, referenced tables first, and the next values of the sequences."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = sorted(name for (name,) in cursor.fetchall())
        # The only constraint that is checked at once refers to users; triggers must not change the rows.
        tables.sort(key=lambda name: name != "auth_user")
        yield "ALTER TABLE gallery_photo DISABLE TRIGGER USER;"
        for table in tables:
            cursor.execute(
                "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
                " AND attgenerated = '' ORDER BY attnum",
                [table],
            )
            columns = ", ".join(f'"{name}"' for (name,) in cursor.fetchall())
            cursor.execute(f'SELECT quote_literal(jsonb_agg(own)::text) FROM (SELECT {columns} FROM "{table}") own')  # noqa: S608 - names from the catalogue
            (data,) = cursor.fetchone()
            assert data is not None or table in EMPTY, table
            if data is not None:
                yield (
                    f'INSERT INTO "{table}" ({columns}) OVERRIDING SYSTEM VALUE'  # noqa: S608 - names from the catalogue
                    f' SELECT {columns} FROM jsonb_populate_recordset(NULL::"{table}", {data});'
                )
        yield "SET CONSTRAINTS ALL IMMEDIATE;"  # or the table counts as in use
        yield "ALTER TABLE gallery_photo ENABLE TRIGGER USER;"
        cursor.execute("SELECT sequencename, coalesce(last_value, 1) FROM pg_sequences WHERE schemaname = 'public'")
        for sequence, value in sorted(cursor.fetchall()):
            yield f"SELECT setval('{sequence}', {value});"


# Tables of other packages that photosearch leaves empty.
EMPTY = {
    *("auth_group", "auth_group_permissions", "auth_user_groups", "auth_user_user_permissions"),
    *("axes_accessattemptexpiration", "axes_accessfailurelog", "axes_accesslog", "django_dramatiq_task"),
}


def fill_tables():
    """Create rows in every table: one for each choice of a field, and values that are no defaults."""
    anna, ben = User.objects.create_user("anna", password="x"), User.objects.create_superuser("ben")
    fill_accounts(anna, ben)
    jobs = fill_imports(anna, ben)
    photos = fill_photos(anna, ben, jobs)
    fill_searches(anna, photos)


def fill_accounts(anna, ben):
    """Accounts, sessions, tokens, assistants, the admin's log and failed logins."""
    model = apps.get_model
    for owner, density in ((anna, "comfortable"), (ben, "compact")):
        model("gallery.Account").objects.create(owner=owner, language="zh-hans", density=density, quota=10**10)
    session = Session.objects.create(session_key="k" * 32, session_data="data", expire_date=NOW + timedelta(days=9999))
    model("gallery.OpenSession").objects.create(session=session, owner=anna, agent="Firefox", address="192.0.2.7")
    scopes = ["photo:read", "photo:write", "upload", "search", "import", "admin", "assistant"]
    model("gallery.ApiToken").objects.create(
        user=anna, name="phone", digest="0" * 64, scopes=scopes, expires_at=NOW, last_used_at=NOW
    )
    for user, extent in ((anna, "searches"), (ben, "gallery"), (User.objects.create_user("cem"), "nothing")):
        model("gallery.AssistantAccess").objects.create(user=user, extent=extent, shows_sensitive=True)
    model("gallery.AssistantCall").objects.create(
        user=anna, token_name="desk", tool="search", arguments={"query": "茶"}, outcome="3 photos", is_refused=True
    )
    model("axes.AccessAttempt").objects.create(username="anna", ip_address="192.0.2.7", failures_since_start=3)
    model("admin.LogEntry").objects.create(user=ben, action_flag=1, object_repr="anna")


def fill_imports(anna, ben):
    """Imports in every state and both modes, and a file of one with every verdict, seen by the check or done."""
    import_job = apps.get_model("gallery.ImportJob")
    item = apps.get_model("gallery.ImportItem")
    verdicts = {verdict: number for number, verdict in enumerate(item.Verdict.values, 1)}
    counts = {**verdicts, "bytes": 1234, "dates": {"exif": 3}, "reasons": {"small": 2, "damaged": 1}}
    jobs = [
        import_job.objects.create(
            owner=anna,
            started_by=ben,
            roots=["/photos/a", "/photos/b.zip"],
            mode=import_job.Mode.values[number % 2],
            profile="wechat",
            importance=3,
            min_side=64,
            ignore=["*.tmp"],
            wants_features=False,
            wants_text=False,
            watch=True,
            idempotency_key=f"{state}",
            is_upload=bool(number % 3),
            state=state,
            error="disk full",
            expected=100,
            report=counts,
            tally=counts,
            reading={"/photos/a/1.jpg": 2},
            pass_began_at=NOW,
            pass_began_with=7,
            heartbeat=NOW,
            finished_at=NOW,
        )
        for number, state in enumerate(import_job.State.values)
    ]
    for verdict in verdicts:
        for is_foreseen in (False, True):
            item.objects.create(
                job=jobs[is_foreseen],
                path=f"/photos/a/{verdict}.jpg",
                verdict=verdict,
                reason="small",
                is_foreseen=is_foreseen,
                created=True,
                filled={"description": ["", "tea"]},
                sha256="1" * 64,
                size=99,
                modified_at=NOW,
            )
    return jobs


def fill_photos(anna, ben, jobs):
    """Photos with every date source and kind, in the trash and deleted; sources, merges, attempts and uploads."""
    photo = apps.get_model("gallery.Photo")
    photos = [
        photo.objects.create(
            owner=anna,
            file=f"originals/1/{source}.jpg",
            filename=f"{source} 茶.jpg",
            extension="jpg",
            width=4000,
            height=3000,
            file_size=123456,
            sha256=f"{number:064}",
            md5=f"{number:032}",
            sha1=f"{number:040}",
            taken_at=datetime(2024, 5, 1, 12, number),
            taken_offset=480,
            date_source=source,
            kind=["photo", "screenshot", "meme", ""][number % 4],
            importance=number % 6,
            description="a cup of tea",
            metadata={"make": "Example", "latitude": 1.5},
            wants_features=number % 2 == 0,
            wants_text=number % 2 == 1,
            defect="" if number else "truncated",
            revision=3,
            thumbnail_version=2,
            placeholder=b"\x00\x01\xff",
            edited_at=NOW,
        )
        for number, source in enumerate(photo.DateSource.values)
    ]
    photos.append(photo.objects.create(owner=ben, filename="b.png", extension="png", width=1, height=1, file_size=1))
    photo.objects.filter(pk=photos[1].pk).update(trashed_at=NOW)
    photos.pop(2).delete()
    photo_id = photos[0].pk
    source = photos[0].sources.create(path="upload")
    photos[0].sources.create(
        path="/photos/a/1.jpg",
        managed=False,
        present=False,
        job=jobs[0],
        modified_at=NOW,
        albums=["Lake"],
        account="anna@example.org",
        conversation="C2C",
        sidecar="/photos/a/1.jpg.json",
        is_archived=True,
    )
    apps.get_model("gallery.ImportItem").objects.update(photo=photos[0])
    photos[0].merges.create(
        others=[photos[1].pk],
        moment=NOW,
        before={"importance": 1},
        source=source,
        albums=["Lake"],
        edited_before=NOW - timedelta(days=1),
        edited_at=NOW,
    )
    for step in apps.get_model("gallery.StepAttempt").step.field.choices:
        photos[0].step_attempts.create(step=step[0], version="v1", attempts=2, error="OSError: disk full")
    apps.get_model("gallery.DocumentRemoval").objects.create(photo_id=4711)
    upload = apps.get_model("gallery.PartialUpload").objects
    for number, status in enumerate((0, 200, 201, 400, 409, 413, 415, 507)):
        upload.create(
            id=UUID(int=number + 1),
            owner=anna,
            filename="c.zip",
            size=10,
            sha256="2" * 64,
            is_archive=bool(number % 2),
            status=status,
            detail="" if status < 202 else "This file is too large.",
            kind="" if status < 202 else "file-too-large",
            photo_id=photo_id if status in (200, 201) else None,
        )
    upload.create(id=UUID(int=100), owner=anna, filename="d.png", size=10, status=200, detail="Restored from the bin")
    return photos


def fill_searches(anna, photos):
    """Vectors, texts, index entries, near-duplicates, searches and result lists."""
    model = apps.get_model
    first, second = photos[0], photos[2]
    for number, photo in enumerate((first, second)):
        model("search.PhotoEmbedding").objects.create(photo=photo, owner=anna, model="m", view=number, vector=[0, 1.5])
        model("search.PhotoText").objects.create(
            photo=photo, owner=anna, engine="e", text="Ｔea 茶", lines=[{"text": "tea", "confidence": 0.5, "box": []}]
        )
        model("search.IndexedPhoto").objects.create(photo=photo, revision=3, mapping="m1")
        model("search.ComparedPhoto").objects.create(photo=photo, owner=anna, model="m", version=2, is_full=True)
    model("search.LookAlike").objects.create(
        one=first, other=second, owner=anna, model="m", distance=0.1, reads_alike=True
    )
    model("search.KeptApart").objects.create(owner=anna, moment=NOW).photos.add(first, second)
    model("search.ResultList").objects.create(key=UUID(int=1), owner=anna, found={"photos": [first.pk]})
    model("search.SearchExample").objects.create(key=UUID(int=2), owner=anna, model="m", vector=[0, 1])
    model("search.SavedSearch").objects.create(owner=anna, name="tea", address="q=tea", is_for_assistants=True)
    model("search.RecentSearch").objects.create(owner=anna, address="q=tea", used_at=NOW)
