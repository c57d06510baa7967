from django.db import migrations, models


def forget_defects(apps, _schema_editor):
    """Let the tolerant decoders try photos that the strict ones refused."""
    apps.get_model("gallery", "Photo").objects.exclude(defect="").update(defect="")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0006_identities")]

    operations = [
        migrations.AddField(
            model_name="photo",
            name="note",
            field=models.TextField(blank=True, db_default="", help_text="What is wrong with a file that can be shown."),
        ),
        migrations.RunPython(forget_defects, migrations.RunPython.noop),
    ]
