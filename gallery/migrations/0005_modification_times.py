"""The modification time of an upload's file."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_claims")]

    operations = [
        migrations.AddField(
            model_name="partialupload",
            name="modified_at",
            field=models.DateTimeField(help_text="Modification time of the client's file.", null=True),
        ),
    ]
