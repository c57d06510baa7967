"""Uploads say what became of them by name instead of an HTTP status."""

from typing import Any

from django.db import migrations, models


def name_arrivals(apps: Any, _schema_editor: Any) -> None:
    uploads = apps.get_model("gallery", "PartialUpload").objects
    uploads.filter(status=201, is_archive=True).update(arrival="waiting")
    uploads.filter(status=201, is_archive=False).update(arrival="created")
    uploads.filter(status=200, detail="").update(arrival="duplicate")
    uploads.filter(status=200).exclude(detail="").update(arrival="restored", detail="")
    uploads.filter(status__gte=400).update(arrival="refused")
    for status, kind in {400: "invalid", 413: "too-large", 415: "unsupported-media-type"}.items():
        uploads.filter(status=status, kind="").update(kind=kind)


def number_statuses(apps: Any, _schema_editor: Any) -> None:
    uploads = apps.get_model("gallery", "PartialUpload").objects
    uploads.filter(arrival__in=("waiting", "created")).update(status=201)
    uploads.filter(arrival="duplicate").update(status=200)
    uploads.filter(arrival="restored").update(status=200, detail="-")
    uploads.filter(arrival="refused").update(status=400)
    uploads.filter(arrival="refused", kind="unsupported-media-type").update(status=415, kind="")
    uploads.filter(arrival="refused", kind__in=("too-large", "quota-exceeded", "insufficient-storage")).update(
        status=413
    )


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0014_legible_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="partialupload",
            name="arrival",
            field=models.CharField(
                choices=[
                    ("unfinished", "unfinished"),
                    ("created", "stored as a new photo"),
                    ("duplicate", "already in the gallery"),
                    ("restored", "restored from the trash"),
                    ("waiting", "complete archive, waiting for its import"),
                    ("refused", "refused"),
                ],
                default="unfinished",
                max_length=10,
            ),
        ),
        migrations.RunPython(name_arrivals, number_statuses),
        migrations.RemoveField(model_name="partialupload", name="status"),
        migrations.AlterField(
            model_name="partialupload",
            name="is_archive",
            field=models.BooleanField(default=False, help_text="A zip archive for an import."),
        ),
        migrations.AlterField(
            model_name="partialupload",
            name="kind",
            field=models.CharField(blank=True, help_text="The API's problem type of a refusal.", max_length=30),
        ),
        migrations.AlterField(
            model_name="partialupload",
            name="sha256",
            field=models.CharField(blank=True, help_text="As announced by the client.", max_length=64),
        ),
        migrations.AlterField(
            model_name="partialupload",
            name="size",
            field=models.PositiveBigIntegerField(help_text="Size of the complete file in bytes."),
        ),
        migrations.AlterField(
            model_name="partialupload",
            name="detail",
            field=models.TextField(blank=True, help_text="Why the file was refused."),
        ),
    ]
