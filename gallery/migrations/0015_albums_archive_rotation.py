"""Albums, the archive, rotation, the theme, and dismissed failures."""

import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0014_claims_of_existing_photos"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Album",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("folded_name", models.TextField(blank=True, default="", editable=False)),
                ("description", models.TextField(blank=True)),
                (
                    "order",
                    models.CharField(
                        choices=[("newest", "newest first"), ("oldest", "oldest first"), ("by_hand", "by hand")],
                        default="newest",
                        max_length=7,
                    ),
                ),
                (
                    "stated_name",
                    models.TextField(
                        blank=True,
                        help_text="The name by which sources state it (`PhotoSource.albums`); empty if made by hand.",
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name="AlbumPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.FloatField(default=0, help_text="Place in the order by hand.")),
                ("is_stated", models.BooleanField(default=False, help_text="A source of the photo states the album.")),
                (
                    "by_hand",
                    models.BooleanField(help_text="True: added; false: removed; null: left to the sources.", null=True),
                ),
                (
                    "is_member",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.comparison.Coalesce("by_hand", "is_stated"),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArchiveRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(blank=True, help_text="A value of Photo.Kind.", max_length=16)),
                (
                    "source",
                    models.CharField(
                        blank=True, help_text="Part of a path, as in the filter `source:`.", max_length=200
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.RemoveIndex(
            model_name="photo",
            name="photo_timeline",
        ),
        migrations.AddField(
            model_name="account",
            name="theme",
            field=models.CharField(
                choices=[("system", "same as system"), ("light", "light"), ("dark", "dark")],
                default="system",
                max_length=6,
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="archives",
            field=models.BooleanField(default=False, help_text="The photos go to the archive."),
        ),
        migrations.AddField(
            model_name="importjob",
            name="is_sample",
            field=models.BooleanField(default=False, help_text="The pictures of `load_samples`."),
        ),
        migrations.AddField(
            model_name="importjob",
            name="makes_albums",
            field=models.BooleanField(default=False, help_text="Folders of pictures become albums."),
        ),
        migrations.AddField(
            model_name="photo",
            name="is_archived",
            field=models.BooleanField(db_default=False, default=False, help_text="Left out of the timeline."),
        ),
        migrations.AddField(
            model_name="photo",
            name="rotation",
            field=models.PositiveSmallIntegerField(
                db_default=0, default=0, help_text="Degrees clockwise by hand, after EXIF rotation: 0, 90, 180 or 270."
            ),
        ),
        migrations.AddField(
            model_name="stepattempt",
            name="dismissed_at",
            field=models.DateTimeField(help_text="When the failure was taken off the status page.", null=True),
        ),
        migrations.AlterField(
            model_name="photo",
            name="height",
            field=models.PositiveIntegerField(help_text="In pixels, after all rotation."),
        ),
        migrations.AlterField(
            model_name="photo",
            name="width",
            field=models.PositiveIntegerField(help_text="In pixels, after all rotation."),
        ),
        migrations.AddIndex(
            model_name="photo",
            index=models.Index(
                condition=models.Q(("trashed_at", None)),
                fields=["owner", "-dated_at", "-id"],
                include=("width", "height", "is_archived", "importance"),
                name="photo_timeline",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(("rotation__in", [0, 90, 180, 270])), name="photo_rotation_right_angles"
            ),
        ),
        migrations.AddField(
            model_name="album",
            name="cover",
            field=models.ForeignKey(
                blank=True,
                help_text="Null: the latest photo.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="gallery.photo",
            ),
        ),
        migrations.AddField(
            model_name="album",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="albums", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="importjob",
            name="album",
            field=models.ForeignKey(
                blank=True,
                help_text="The album that the photos are added to.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="gallery.album",
            ),
        ),
        migrations.AddField(
            model_name="partialupload",
            name="album",
            field=models.ForeignKey(
                help_text="The album that the photo is added to.",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="gallery.album",
            ),
        ),
        migrations.AddField(
            model_name="albumphoto",
            name="album",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="gallery.album"
            ),
        ),
        migrations.AddField(
            model_name="albumphoto",
            name="photo",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="gallery.photo"
            ),
        ),
        migrations.AddField(
            model_name="archiverule",
            name="album",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="gallery.album"
            ),
        ),
        migrations.AddField(
            model_name="archiverule",
            name="owner",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="archive_rules", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="album",
            constraint=models.UniqueConstraint(
                condition=models.Q(("stated_name", ""), _negated=True),
                fields=("owner", "stated_name"),
                name="album_stated_name_unique",
            ),
        ),
        migrations.AddIndex(
            model_name="albumphoto",
            index=models.Index(
                condition=models.Q(("is_member", True)), fields=["album", "position", "id"], name="album_photo_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="albumphoto",
            constraint=models.UniqueConstraint(fields=("album", "photo"), name="album_photo_unique"),
        ),
        migrations.AddConstraint(
            model_name="archiverule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(models.Q(("kind", ""), _negated=True), ("album", None), ("source", "")),
                    models.Q(("album__isnull", False), ("kind", ""), ("source", "")),
                    models.Q(models.Q(("source", ""), _negated=True), ("album", None), ("kind", "")),
                    _connector="OR",
                ),
                name="archive_rule_has_one_condition",
            ),
        ),
        migrations.AddConstraint(
            model_name="archiverule",
            constraint=models.UniqueConstraint(
                fields=("owner", "kind", "album", "source"), name="archive_rule_unique", nulls_distinct=False
            ),
        ),
    ]
