"""The tables of the gallery, as of the migrations that it replaces."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import gallery.models

# The clock's time, not the transaction's start: a client that has read everything up to a time before the start of
# every open transaction has missed nothing.
CHANGED = """
CREATE FUNCTION photo_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER photo_changed BEFORE INSERT OR UPDATE ON gallery_photo FOR EACH ROW EXECUTE FUNCTION photo_changed();
"""
NOT_CHANGED = "DROP TRIGGER photo_changed ON gallery_photo; DROP FUNCTION photo_changed()"
# PhotoRemoval has a row for each photo that is in the trash or deleted.
REMOVED = """
ALTER TABLE gallery_photoremoval ADD CONSTRAINT photo_removal_owner
    FOREIGN KEY (owner_id) REFERENCES auth_user ON DELETE CASCADE;
CREATE FUNCTION photo_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.trashed_at IS NULL THEN
        DELETE FROM gallery_photoremoval WHERE owner_id = OLD.owner_id AND photo_id = OLD.id;
    ELSE
        INSERT INTO gallery_photoremoval (owner_id, photo_id, removed_at)
            VALUES (OLD.owner_id, OLD.id, clock_timestamp())
            ON CONFLICT (owner_id, photo_id) DO UPDATE SET removed_at = EXCLUDED.removed_at;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER photo_binned AFTER UPDATE ON gallery_photo FOR EACH ROW
    WHEN (OLD.trashed_at IS DISTINCT FROM NEW.trashed_at) EXECUTE FUNCTION photo_removed();
CREATE TRIGGER photo_deleted AFTER DELETE ON gallery_photo FOR EACH ROW EXECUTE FUNCTION photo_removed();
"""
NOT_REMOVED = """
DROP TRIGGER photo_binned ON gallery_photo;
DROP TRIGGER photo_deleted ON gallery_photo;
DROP FUNCTION photo_removed();
ALTER TABLE gallery_photoremoval DROP CONSTRAINT photo_removal_owner;
"""


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("gallery", "0001_initial"),
        ("gallery", "0002_document_removal"),
        ("gallery", "0003_imports"),
        ("gallery", "0004_photo_kind"),
        ("gallery", "0005_bin"),
        ("gallery", "0006_placeholder"),
        ("gallery", "0007_accounts"),
        ("gallery", "0008_api"),
        ("gallery", "0009_import_attempts"),
        ("gallery", "0010_merges"),
        ("gallery", "0011_assistant_searches"),
        ("gallery", "0012_archives_in_pieces"),
        ("gallery", "0013_changes"),
        ("gallery", "0014_legible_names"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("sessions", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                (
                    "owner",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="account",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "language",
                    models.CharField(blank=True, help_text="Empty: the language of the browser.", max_length=10),
                ),
                (
                    "density",
                    models.CharField(
                        choices=[("comfortable", "comfortable"), ("compact", "compact")],
                        default="comfortable",
                        max_length=11,
                    ),
                ),
                (
                    "quota",
                    models.PositiveBigIntegerField(
                        blank=True, help_text="Storage limit in bytes; null: unlimited.", null=True
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AssistantAccess",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="assistant_access",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "extent",
                    models.CharField(
                        choices=[
                            ("nothing", "nothing"),
                            ("searches", "results of selected saved searches"),
                            ("gallery", "the whole gallery"),
                        ],
                        default="nothing",
                        max_length=10,
                    ),
                ),
                (
                    "shows_sensitive",
                    models.BooleanField(
                        default=False,
                        help_text="Numbers of ID and bank cards, phone numbers and one-time codes are not masked.",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DocumentRemoval",
            fields=[
                ("photo_id", models.BigIntegerField(primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100)),
                ("digest", models.CharField(help_text="SHA-256 of the token.", max_length=64, unique=True)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("photo:read", "View photos, their text and files"),
                                ("photo:write", "Edit, delete and reprocess photos"),
                                ("upload", "Upload photos"),
                                ("search", "Search photos"),
                                ("import", "Import folders and archives"),
                                ("admin", "View users, queues, failures and metrics (administrators only)"),
                                ("assistant", "Let an AI assistant (MCP) read what you share with it"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField(blank=True, help_text="Empty: never.", null=True)),
                ("last_used_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_tokens",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("roots", models.JSONField(help_text="Path of a folder, or paths of zip archives.")),
                (
                    "mode",
                    models.CharField(
                        choices=[("copy", "copied into the gallery"), ("in_place", "left in place")],
                        default="copy",
                        max_length=8,
                    ),
                ),
                (
                    "profile",
                    models.CharField(
                        default="auto", help_text="Name of the source that reads the files.", max_length=20
                    ),
                ),
                (
                    "importance",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(5)]
                    ),
                ),
                (
                    "min_side",
                    models.PositiveIntegerField(default=0, help_text="Pictures with a shorter side are skipped."),
                ),
                ("ignore", models.JSONField(default=list, help_text="Patterns of skipped paths, as in .gitignore.")),
                ("wants_features", models.BooleanField(default=True)),
                ("wants_text", models.BooleanField(default=True)),
                ("watch", models.BooleanField(default=False)),
                (
                    "idempotency_key",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Idempotency-Key of the client; the same key starts no second import.",
                        max_length=255,
                    ),
                ),
                (
                    "is_upload",
                    models.BooleanField(
                        default=False, help_text="The archives were uploaded and are deleted after the import."
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "creating preview"),
                            ("ready", "preview ready"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("watching", "watching for new files"),
                            ("finished", "finished"),
                            ("cancelled", "cancelled"),
                            ("failed", "failed"),
                            ("undoing", "being undone"),
                            ("undone", "undone"),
                        ],
                        default="running",
                        max_length=9,
                    ),
                ),
                ("error", models.TextField(blank=True)),
                (
                    "expected",
                    models.PositiveIntegerField(help_text="Number of files; null before they are counted.", null=True),
                ),
                ("report", models.JSONField(default=dict)),
                ("tally", models.JSONField(default=dict)),
                (
                    "reading",
                    models.JSONField(
                        default=dict,
                        help_text="Paths that were opened but never finished, with the number of attempts.",
                    ),
                ),
                ("pass_began_at", models.DateTimeField(null=True)),
                (
                    "pass_began_with",
                    models.PositiveIntegerField(default=0, help_text="Value of `seen` when the current pass started."),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("heartbeat", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="imports", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "started_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OpenSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agent", models.CharField(blank=True, help_text="The User-Agent header.", max_length=300)),
                ("address", models.GenericIPAddressField(null=True)),
                ("began_at", models.DateTimeField(auto_now_add=True)),
                ("seen_at", models.DateTimeField(auto_now=True)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="open_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "session",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="sessions.session"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        help_text="Path of the original: relative to MEDIA_ROOT, or absolute if it was imported in place.",
                        max_length=2000,
                        upload_to="",
                    ),
                ),
                ("filename", models.CharField(help_text="File name at the upload or import.", max_length=255)),
                (
                    "extension",
                    models.CharField(
                        help_text="Extension of the decoded format, in lower case, without dot.", max_length=8
                    ),
                ),
                ("width", models.PositiveIntegerField(help_text="In pixels, after EXIF rotation.")),
                ("height", models.PositiveIntegerField(help_text="In pixels, after EXIF rotation.")),
                ("file_size", models.PositiveBigIntegerField(help_text="In bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("md5", models.CharField(max_length=32)),
                ("sha1", models.CharField(max_length=40)),
                (
                    "taken_at",
                    gallery.models.LocalDateTimeField(
                        blank=True, help_text="Local time at the place of capture.", null=True
                    ),
                ),
                (
                    "taken_offset",
                    models.SmallIntegerField(blank=True, help_text="Minutes east of UTC, if known.", null=True),
                ),
                (
                    "date_source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("person", "set manually"),
                            ("exif", "camera (EXIF)"),
                            ("sidecar", "sidecar file"),
                            ("gps", "GPS"),
                            ("filename", "file name"),
                            ("folder", "folder"),
                            ("file", "file time"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[("photo", "photo"), ("screenshot", "screenshot"), ("meme", "meme or sticker")],
                        default="",
                        max_length=16,
                    ),
                ),
                (
                    "importance",
                    models.PositiveSmallIntegerField(
                        default=0, validators=[django.core.validators.MaxValueValidator(5)]
                    ),
                ),
                ("description", models.TextField(blank=True)),
                (
                    "metadata",
                    models.JSONField(blank=True, default=dict, help_text="EXIF: camera, lens, exposure, location …"),
                ),
                (
                    "wants_features",
                    models.BooleanField(
                        default=True, help_text="Compute an embedding, to find the photo by its content."
                    ),
                ),
                ("wants_text", models.BooleanField(default=True, help_text="Recognise the text in the photo.")),
                ("defect", models.TextField(blank=True, help_text="Why the file cannot be decoded; empty if it can.")),
                (
                    "revision",
                    models.PositiveIntegerField(
                        default=1, help_text="Incremented with every change of an indexed field."
                    ),
                ),
                (
                    "thumbnail_version",
                    models.PositiveSmallIntegerField(default=0, help_text="0 before the first thumbnails."),
                ),
                (
                    "placeholder",
                    models.BinaryField(
                        db_default=b"",
                        default=b"",
                        help_text="A few pixels shown while the thumbnail loads (`gallery.pictures.images`).",
                    ),
                ),
                ("uploaded_at", models.DateTimeField(auto_now_add=True)),
                (
                    "changed_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        help_text="Last change of this row or of the recognised text.",
                    ),
                ),
                ("edited_at", models.DateTimeField(blank=True, help_text="Last change by a user.", null=True)),
                (
                    "trashed_at",
                    models.DateTimeField(
                        blank=True, help_text="Equal for photos moved to the trash together.", null=True
                    ),
                ),
                (
                    "dated_at",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce(
                            "taken_at",
                            models.Func(
                                models.Value("UTC"),
                                "uploaded_at",
                                function="timezone",
                                output_field=gallery.models.LocalDateTimeField(),
                            ),
                        ),
                        help_text="Position in the timeline: `taken_at`, or `uploaded_at` if unknown.",
                        output_field=gallery.models.LocalDateTimeField(),
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="photos", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PartialUpload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("filename", models.CharField(max_length=255)),
                ("size", models.PositiveBigIntegerField(help_text="Size of the complete file in bytes.")),
                ("sha256", models.CharField(blank=True, help_text="As announced by the client.", max_length=64)),
                ("is_archive", models.BooleanField(default=False, help_text="A zip archive for an import.")),
                ("touched_at", models.DateTimeField(auto_now=True)),
                ("status", models.PositiveSmallIntegerField(default=0, help_text="HTTP status; 0 before the end.")),
                ("detail", models.TextField(blank=True, help_text="Why the file was refused.")),
                ("kind", models.CharField(blank=True, help_text="The API's problem type of a refusal.", max_length=30)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="partial_uploads",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.photo"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImportItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.TextField()),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("new", "new"),
                            ("duplicate", "duplicate"),
                            ("known", "already imported"),
                            ("skipped", "skipped"),
                            ("failed", "unreadable"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "reason",
                    models.TextField(
                        blank=True, help_text="Why the file was skipped (a key of `reasons`) or failed (a sentence)."
                    ),
                ),
                (
                    "is_foreseen",
                    models.BooleanField(default=False, help_text="From the preview; nothing is imported yet."),
                ),
                ("created", models.BooleanField(default=False, help_text="This file created the photo.")),
                (
                    "filled",
                    models.JSONField(
                        default=dict, help_text="Fields of an existing photo that this file filled: [before, after]."
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.PositiveBigIntegerField(default=0)),
                ("modified_at", models.DateTimeField(null=True)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="gallery.importjob"
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="gallery.photo"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhotoRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("photo_id", models.BigIntegerField()),
                ("removed_at", models.DateTimeField()),
                (
                    "owner",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhotoSource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("path", models.TextField(help_text="Path of the imported file, or “upload”.")),
                (
                    "managed",
                    models.BooleanField(
                        default=True, help_text="The original is a copy below MEDIA_ROOT, ours to delete."
                    ),
                ),
                ("present", models.BooleanField(default=True, help_text="The file existed at the last check.")),
                ("modified_at", models.DateTimeField(blank=True, null=True)),
                ("albums", models.JSONField(blank=True, default=list)),
                ("account", models.TextField(blank=True)),
                ("conversation", models.TextField(blank=True)),
                ("sidecar", models.TextField(blank=True, help_text="Path of the sidecar.")),
                ("is_archived", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="sources",
                        to="gallery.importjob",
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="sources", to="gallery.photo"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhotoMerge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "others",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(),
                        default=list,
                        help_text="Ids of the near-duplicates that were moved to the trash.",
                        size=None,
                    ),
                ),
                ("moment", models.DateTimeField(help_text="Equals `trashed_at` of the near-duplicates.")),
                (
                    "before",
                    models.JSONField(default=dict, help_text="The changed fields with their previous values."),
                ),
                ("albums", models.JSONField(default=list, help_text="Albums of `source` before the merge.")),
                ("edited_before", models.DateTimeField(null=True)),
                (
                    "edited_at",
                    models.DateTimeField(
                        help_text="`edited_at` right after the merge; differs if the photo was edited since.", null=True
                    ),
                ),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="merges", to="gallery.photo"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        help_text="The source that gained albums.",
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="gallery.photosource",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="StepAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("thumbnails", "thumbnails"),
                            ("embedding", "image recognition"),
                            ("text", "text recognition"),
                            ("index", "keyword index"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.CharField(max_length=100)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.TextField(blank=True)),
                ("failed_at", models.DateTimeField(auto_now=True)),
                (
                    "photo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="step_attempts", to="gallery.photo"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AssistantCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_name", models.CharField(max_length=100)),
                ("tool", models.CharField(max_length=50)),
                ("arguments", models.JSONField(default=dict)),
                ("outcome", models.CharField(max_length=300)),
                ("is_refused", models.BooleanField(default=False)),
                ("called_at", models.DateTimeField(auto_now_add=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assistant_calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "-id"], name="assistant_call_newest_first")],
            },
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["owner", "-id"], name="import_newest_first"),
        ),
        migrations.AddIndex(
            model_name="importjob",
            index=models.Index(fields=["state"], name="import_state"),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.CheckConstraint(
                condition=models.Q(("importance__lte", 5)), name="import_importance_0_to_5"
            ),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("idempotency_key", ""), _negated=True),
                fields=("started_by", "idempotency_key"),
                name="import_idempotency_key_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "-id"], name="photo_newest_first"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["thumbnail_version"], name="photo_thumbnail_version"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "file_size"], name="photo_owner_size"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["owner", "-dated_at", "-id"],
                include=("width", "height"),
                name="photo_timeline",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("trashed_at__isnull", False)),
                fields=["owner", "-trashed_at", "-id"],
                name="photo_bin",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "changed_at", "id"], name="photo_owner_changed"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "md5"], name="photo_owner_md5"),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "sha1"], name="photo_owner_sha1"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.UniqueConstraint(fields=("owner", "sha256"), name="photo_unique_per_owner"),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("importance__lte", 5)), name="photo_importance_0_to_5"
            ),
        ),
        migrations.AddIndex(
            model_name="partialupload",
            index=models.Index(fields=["owner", "touched_at"], name="partial_upload_oldest"),
        ),
        migrations.AddIndex(
            model_name="importitem",
            index=models.Index(fields=["job", "verdict", "id"], name="import_item_verdict"),
        ),
        migrations.AddIndex(
            model_name="importitem",
            index=models.Index(fields=["job", "sha256"], name="import_item_digest"),
        ),
        migrations.AddConstraint(
            model_name="importitem",
            constraint=models.UniqueConstraint(fields=("job", "path"), name="import_item_unique"),
        ),
        migrations.AddIndex(
            model_name="photoremoval",
            index=models.Index(fields=["owner", "removed_at", "id"], name="photo_removal_latest"),
        ),
        migrations.AddConstraint(
            model_name="photoremoval",
            constraint=models.UniqueConstraint(fields=("owner", "photo_id"), name="photo_removal_unique"),
        ),
        migrations.AddIndex(
            model_name="photosource",
            index=django.contrib.postgres.indexes.HashIndex(fields=["path"], name="photo_source_path"),
        ),
        migrations.AddConstraint(
            model_name="photosource",
            constraint=models.UniqueConstraint(fields=("photo", "path"), name="photo_source_unique"),
        ),
        migrations.AddIndex(
            model_name="photomerge",
            index=models.Index(fields=["moment"], name="photo_merge_moment"),
        ),
        migrations.AddConstraint(
            model_name="photomerge",
            constraint=models.UniqueConstraint(fields=("photo", "moment"), name="photo_merge_unique"),
        ),
        migrations.AddIndex(
            model_name="stepattempt",
            index=models.Index(fields=["step", "version", "attempts"], name="step_attempt_exhausted"),
        ),
        migrations.AddConstraint(
            model_name="stepattempt",
            constraint=models.UniqueConstraint(fields=("photo", "step", "version"), name="step_attempt_unique"),
        ),
        migrations.RunSQL(CHANGED, NOT_CHANGED),
        migrations.RunSQL(REMOVED, NOT_REMOVED),
    ]
