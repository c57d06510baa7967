"""Whether browsers play a photo; the thumbnails step fills it for existing photos."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_photo_note")]

    operations = [
        migrations.AddField(
            "photo",
            "is_animated",
            models.BooleanField(default=False, help_text="It has several frames, which browsers play."),
        ),
    ]
