"""Claims for sources whose sidecars archive their photos, and the archive of existing photos."""

from django.db import migrations

CLAIMS = """
    UPDATE gallery_photosource SET claims = claims || '{"archived": {"sidecar": true}}'
    WHERE is_archived AND NOT claims ? 'archived'
"""
ARCHIVE = """
    UPDATE gallery_photo SET is_archived = true, revision = revision + 1
    WHERE id IN (SELECT photo_id FROM gallery_photosource WHERE is_archived) AND NOT is_archived
"""


class Migration(migrations.Migration):
    dependencies = [("gallery", "0016_albums_of_existing_photos")]

    operations = [
        migrations.RunSQL(CLAIMS, migrations.RunSQL.noop),
        migrations.RunSQL(ARCHIVE, migrations.RunSQL.noop),
    ]
