"""Saved searches say whether assistants may read what they find."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0005_look_alikes"),
    ]

    operations = [
        migrations.AddField(
            model_name="savedsearch",
            name="is_for_assistants",
            field=models.BooleanField(
                default=False,
                help_text="What it finds, assistants may read, if their person lets them read such searches.",
            ),
        ),
    ]
