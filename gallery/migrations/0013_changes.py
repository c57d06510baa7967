"""Records when each photo last changed and which photos are gone, for clients that keep a copy of a gallery.

Triggers write both, so that every change counts, whatever code makes it.
"""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

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
REMOVED = """
ALTER TABLE gallery_photoremoval ADD CONSTRAINT photo_removal_owner
    FOREIGN KEY (owner_id) REFERENCES auth_user ON DELETE CASCADE;
INSERT INTO gallery_photoremoval (owner_id, photo_id, removed_at)
    SELECT owner_id, id, trashed_at FROM gallery_photo WHERE trashed_at IS NOT NULL;
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
    dependencies = [
        ("gallery", "0012_archives_in_pieces"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PhotoRemoval",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("photo_id", models.BigIntegerField()),
                ("removed_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="importjob",
            name="idempotency_key",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Idempotency key from the client; repeating it starts no second import.",
                max_length=255,
            ),
        ),
        migrations.AddField(
            model_name="partialupload",
            name="kind",
            field=models.CharField(blank=True, help_text="The API's type of this refusal.", max_length=30),
        ),
        migrations.AddField(
            model_name="photo",
            name="changed_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(),
                editable=False,
                help_text="When this row, or the text in the picture, last changed.",
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(fields=["owner", "changed_at", "id"], name="photo_owner_changed"),
        ),
        migrations.AddConstraint(
            model_name="importjob",
            constraint=models.UniqueConstraint(
                condition=models.Q(("idempotency_key", ""), _negated=True),
                fields=("started_by", "idempotency_key"),
                name="import_idempotency_key_unique",
            ),
        ),
        migrations.AddField(
            model_name="photoremoval",
            name="owner",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="photoremoval",
            index=models.Index(fields=["owner", "removed_at", "id"], name="photo_removal_latest"),
        ),
        migrations.AddConstraint(
            model_name="photoremoval",
            constraint=models.UniqueConstraint(fields=("owner", "photo_id"), name="photo_removal_unique"),
        ),
        migrations.RunSQL(CHANGED, NOT_CHANGED),
        migrations.RunSQL(REMOVED, NOT_REMOVED),
    ]
