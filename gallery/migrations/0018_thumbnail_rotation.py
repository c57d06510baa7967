"""The rotation with which thumbnails were made."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("gallery", "0017_archived_by_sidecars")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="thumbnail_rotation",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="The rotation with which the thumbnails were made."
            ),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                fields=["-id"], condition=~Q(thumbnail_rotation=F("rotation")), name="photo_thumbnail_rotation"
            ),
        ),
    ]
