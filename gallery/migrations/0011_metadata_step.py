"""The step that reads metadata."""

from django.db import migrations, models

STEPS = [
    ("thumbnails", "thumbnails"),
    ("metadata", "metadata"),
    ("embedding", "image recognition"),
    ("text", "text recognition"),
    ("index", "keyword index"),
]


class Migration(migrations.Migration):
    dependencies = [("gallery", "0010_origins")]
    operations = [
        migrations.AlterField(
            model_name="stepattempt", name="step", field=models.CharField(choices=STEPS, max_length=10)
        )
    ]
