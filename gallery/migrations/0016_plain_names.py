"""Renames columns, the trash's trigger and index, and the verdicts "passed_over" and "refused"."""

from django.db import migrations

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


class Migration(migrations.Migration):
    dependencies = [("gallery", "0015_upload_arrival")]

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
        migrations.RenameField("photomerge", "albums", "previous_albums"),
        migrations.RenameField("photomerge", "before", "previous_values"),
        migrations.RenameField("photomerge", "edited_at", "edited_at_after"),
        migrations.RenameField("photomerge", "edited_before", "edited_at_before"),
        migrations.RenameField("photomerge", "moment", "merged_at"),
        migrations.RenameField("photomerge", "others", "trashed_ids"),
        migrations.RenameField("photosource", "managed", "is_copy"),
        migrations.RenameField("photosource", "present", "is_present"),
        migrations.RenameIndex("photo", "photo_trash", "photo_bin"),
        migrations.RunSQL(
            "ALTER TRIGGER photo_binned ON gallery_photo RENAME TO photo_trashed",
            "ALTER TRIGGER photo_trashed ON gallery_photo RENAME TO photo_binned",
        ),
        migrations.RunSQL(_rename_verdicts(VERDICTS), _rename_verdicts({old: new for new, old in VERDICTS.items()})),
    ]
