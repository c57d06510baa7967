"""Renames columns, the trash's trigger and index, and verdicts; the state of uploads replaces their HTTP status."""

from typing import Any

from django.db import migrations, models

VERDICTS = {"skipped": "passed_over", "failed": "refused"}
COUNTS = ("preview_counts", "import_counts")


def _rename_verdicts(names: dict[str, str]) -> str:
    """SQL that renames verdicts of items, and the keys that count them."""
    statements = []
    for new, old in names.items():
        statements.append(f"UPDATE gallery_importitem SET verdict = '{new}' WHERE verdict = '{old}'")  # noqa: S608
        statements += [
            f"UPDATE gallery_importjob SET {column} = {column} - '{old}'"  # noqa: S608
            f" || jsonb_build_object('{new}', {column} -> '{old}') WHERE {column} ? '{old}'"
            for column in COUNTS
        ]
    return "; ".join(statements)


def name_arrivals(apps: Any, _schema_editor: Any) -> None:
    uploads = apps.get_model("gallery", "PartialUpload").objects
    uploads.filter(status=201, is_archive=True).update(arrival="waiting")
    uploads.filter(status=201, is_archive=False).update(arrival="created")
    uploads.filter(status=200, detail="").update(arrival="duplicate")
    uploads.filter(status=200).exclude(detail="").update(arrival="restored", detail="")
    uploads.filter(status__gte=400).update(arrival="refused")
    for status, kind in {400: "invalid", 413: "too-large", 415: "unsupported-media-type"}.items():
        uploads.filter(status=status, kind="").update(kind=kind)


def number_statuses(apps: Any, _schema_editor: Any) -> None:
    uploads = apps.get_model("gallery", "PartialUpload").objects
    uploads.filter(arrival__in=("waiting", "created")).update(status=201)
    uploads.filter(arrival="duplicate").update(status=200)
    uploads.filter(arrival="restored").update(status=200, detail="-")
    uploads.filter(arrival="refused").update(status=400)
    uploads.filter(arrival="refused", kind="unsupported-media-type").update(status=415, kind="")
    uploads.filter(arrival="refused", kind__in=("too-large", "quota-exceeded", "insufficient-storage")).update(
        status=413
    )


class Migration(migrations.Migration):
    dependencies = [("gallery", "0001_squashed_0014_legible_names")]

    operations = [
        migrations.RenameField("importitem", "created", "created_photo"),
        migrations.RenameField("importitem", "filled", "filled_fields"),
        migrations.RenameField("importitem", "is_foreseen", "is_preview"),
        migrations.RenameField("importjob", "expected", "expected_files"),
        migrations.RenameField("importjob", "pass_began_at", "pass_started_at"),
        migrations.RenameField("importjob", "pass_began_with", "seen_before_pass"),
        migrations.RenameField("importjob", "reading", "unfinished_reads"),
        migrations.RenameField("importjob", "report", "preview_counts"),
        migrations.RenameField("importjob", "tally", "import_counts"),
        migrations.RenameField("importjob", "wants_features", "wants_embedding"),
        migrations.RenameField("opensession", "address", "ip_address"),
        migrations.RenameField("opensession", "agent", "user_agent"),
        migrations.RenameField("opensession", "began_at", "logged_in_at"),
        migrations.RenameField("opensession", "seen_at", "last_seen_at"),
        migrations.RenameField("photo", "wants_features", "wants_embedding"),
        migrations.RemoveConstraint("photomerge", "photo_merge_unique"),
        migrations.RemoveIndex("photomerge", "photo_merge_moment"),
        migrations.RenameField("photomerge", "albums", "previous_albums"),
        migrations.RenameField("photomerge", "before", "previous_values"),
        migrations.RenameField("photomerge", "edited_at", "edited_at_after"),
        migrations.RenameField("photomerge", "edited_before", "edited_at_before"),
        migrations.RenameField("photomerge", "moment", "merged_at"),
        migrations.RenameField("photomerge", "others", "trashed_ids"),
        migrations.AddIndex("photomerge", models.Index(fields=["merged_at"], name="photo_merge_merged_at")),
        migrations.AddConstraint(
            "photomerge", models.UniqueConstraint(fields=("photo", "merged_at"), name="photo_merge_unique")
        ),
        migrations.RenameField("photosource", "managed", "is_copy"),
        migrations.RenameField("photosource", "present", "is_present"),
        migrations.RenameIndex("photo", "photo_trash", "photo_bin"),
        migrations.RunSQL(
            "ALTER TRIGGER photo_binned ON gallery_photo RENAME TO photo_trashed",
            "ALTER TRIGGER photo_trashed ON gallery_photo RENAME TO photo_binned",
        ),
        migrations.RunSQL(_rename_verdicts(VERDICTS), _rename_verdicts({old: new for new, old in VERDICTS.items()})),
        migrations.AddField(
            model_name="partialupload",
            name="arrival",
            field=models.CharField(
                choices=[
                    ("unfinished", "unfinished"),
                    ("created", "stored as a new photo"),
                    ("duplicate", "already in the gallery"),
                    ("restored", "restored from the trash"),
                    ("waiting", "complete archive, waiting for its import"),
                    ("refused", "refused"),
                ],
                default="unfinished",
                max_length=10,
            ),
        ),
        migrations.RunPython(name_arrivals, number_statuses),
        migrations.RemoveField(model_name="partialupload", name="status"),
    ]
