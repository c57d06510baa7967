"""Assistants may be let read what chosen saved searches find."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0010_merges"),
    ]

    operations = [
        migrations.AlterField(
            model_name="assistantaccess",
            name="extent",
            field=models.CharField(
                choices=[
                    ("nothing", "nothing"),
                    ("searches", "what chosen saved searches find"),
                    ("gallery", "the whole gallery"),
                ],
                default="nothing",
                max_length=10,
            ),
        ),
    ]
