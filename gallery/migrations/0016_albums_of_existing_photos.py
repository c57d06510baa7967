"""Albums that the sources of existing photos state."""

from collections import defaultdict
from typing import Any

from django.db import migrations, models

from gallery.albums.stating import key_of, shown_name
from gallery.text.canonical import fold

BATCH_SIZE = 1000


def make_stated_albums(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001  (Django's signature)
    """Go through all sources that state albums; rows that an interrupted run has made are kept."""
    source_model, member_model = apps.get_model("gallery", "PhotoSource"), apps.get_model("gallery", "AlbumPhoto")
    sources = source_model.objects.exclude(albums=[]).order_by("pk")
    rows = sources.values_list("pk", "photo", "photo__owner", "albums")
    last, sizes = 0, defaultdict(int)
    while batch := list(rows.filter(pk__gt=last)[:BATCH_SIZE]):
        last = batch[-1][0]
        stated = dict.fromkeys(
            (owner_id, key, photo_id)
            for _pk, photo_id, owner_id, names in batch
            for name in names
            if (key := key_of(name))
        )
        albums = _albums_for(
            {(owner_id, key) for owner_id, key, _photo_id in stated}, apps.get_model("gallery", "Album")
        )
        members = []
        for owner_id, key, photo_id in stated:
            album_id = albums[owner_id, key]
            sizes[album_id] += 1
            members.append(member_model(album_id=album_id, photo_id=photo_id, position=sizes[album_id], is_stated=True))
        member_model.objects.bulk_create(members, ignore_conflicts=True)


def _albums_for(wanted: set[tuple[int, str]], album_model: Any) -> dict[tuple[int, str], int]:
    new = [
        album_model(
            owner_id=owner_id, name=shown_name(key), folded_name=fold(shown_name(key)), stated_name=key, is_kept=False
        )
        for owner_id, key in sorted(wanted)
    ]
    album_model.objects.bulk_create(new, ignore_conflicts=True)
    found = album_model.objects.filter(
        owner__in={owner_id for owner_id, _key in wanted}, stated_name__in={key for _owner_id, key in wanted}
    )
    return {(album.owner_id, album.stated_name): album.pk for album in found}


class Migration(migrations.Migration):
    # Each batch is a transaction of its own.
    atomic = False

    dependencies = [("gallery", "0015_albums_archive_rotation")]

    operations = [
        migrations.AddField(
            model_name="album",
            name="is_kept",
            field=models.BooleanField(
                db_default=True,
                default=True,
                help_text="It stays when its last photo goes: made or changed by hand.",
            ),
        ),
        migrations.AlterField(
            model_name="photomerge",
            name="previous_values",
            field=models.JSONField(
                default=dict,
                help_text=(
                    "`metadata` and the values `by_hand`, both `before` and `after` the merge; ids of joined `albums`."
                ),
            ),
        ),
        migrations.RunPython(make_stated_albums, migrations.RunPython.noop),
    ]
