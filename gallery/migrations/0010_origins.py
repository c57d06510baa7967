"""Uploads of the same bytes under several names, and files that state something else when they are imported again."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0009_motion"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="photosource", name="photo_source_unique"),
        migrations.AddField(
            model_name="photosource",
            name="filename",
            field=models.CharField(blank=True, default="", help_text="Name of an uploaded file.", max_length=255),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="photosource",
            constraint=models.UniqueConstraint(
                fields=("photo", "identity", "filename", "job"), name="photo_source_unique"
            ),
        ),
        migrations.RemoveField(model_name="importitem", name="filled_fields"),
        migrations.AlterField(
            model_name="photomerge",
            name="previous_values",
            field=models.JSONField(
                default=dict, help_text="`metadata` and the values `by_hand`, both `before` and `after` the merge."
            ),
        ),
    ]
