"""Whether browsers play a photo, and its film; the thumbnails step fills them for existing photos."""

from django.contrib.postgres.fields import BigIntegerRangeField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0008_places")]

    operations = [
        migrations.AddField(
            "photo",
            "is_animated",
            models.BooleanField(default=False, help_text="It has several frames, which browsers play."),
        ),
        migrations.AddField(
            "photo",
            "film_bytes",
            BigIntegerRangeField(blank=True, help_text="The bytes of the original that hold a film.", null=True),
        ),
    ]
