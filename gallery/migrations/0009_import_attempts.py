"""Imports note what they are about to read; photos know when a person changed them; what was thrown away stays out."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0008_api"),
    ]

    operations = [
        migrations.RemoveField(model_name="photosource", name="is_trashed"),
        migrations.AddField(
            model_name="importjob",
            name="reading",
            field=models.JSONField(
                default=dict, help_text="Paths whose reading was begun and not ended, and how often it was begun."
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="pass_began_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="importjob",
            name="pass_began_with",
            field=models.PositiveIntegerField(
                default=0, help_text="So many files had been looked at when the present pass began."
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="edited_at",
            field=models.DateTimeField(
                blank=True, help_text="When a person last changed what is said of it.", null=True
            ),
        ),
    ]
