"""Removes invisible characters and those that change the reading direction from stored names and descriptions."""

from django.db import migrations
from django.db.models import F, Q

from gallery.text.legible import printable, visible

SUSPECTS = "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"


def clean(apps, _schema_editor):
    photos = apps.get_model("gallery", "Photo").objects
    suspect = photos.filter(Q(filename__regex=SUSPECTS) | Q(description__regex=SUSPECTS))
    for photo in suspect.only("filename", "description").iterator():
        filename = printable(photo.filename) or f"{photo.pk}"
        photos.filter(pk=photo.pk).update(
            filename=filename, description=visible(photo.description), revision=F("revision") + 1
        )
    tokens = apps.get_model("gallery", "ApiToken").objects
    for token in tokens.filter(name__regex=SUSPECTS):
        tokens.filter(pk=token.pk).update(name=printable(token.name) or "?")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0013_changes")]
    operations = [migrations.RunPython(clean, migrations.RunPython.noop)]
