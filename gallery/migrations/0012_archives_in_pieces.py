"""Archives for imports come in pieces, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0011_assistant_searches"),
    ]

    operations = [
        migrations.AddField(
            model_name="partialupload",
            name="is_archive",
            field=models.BooleanField(default=False, help_text="A zip archive for an import, and no picture."),
        ),
    ]
