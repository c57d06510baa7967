"""Some pixels of each photo to show until its thumbnail has come."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0005_bin"),
    ]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="placeholder",
            field=models.BinaryField(
                db_default=b"",
                default=b"",
                help_text="Some pixels to show until the thumbnail has come (gallery.pictures.images).",
            ),
        ),
    ]
