"""Albums that sources state: made with the first such source, and gone with the last one.

Only a new statement adds a photo: an album deleted by hand stays deleted until a source that was unknown states it.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, Max, OuterRef

from gallery.albums.archiving import settle_by_rules
from gallery.albums.making import MAX_NAME
from gallery.models import Album, AlbumPhoto, ArchiveRule, ImportJob, Photo, PhotoSource
from gallery.models.albums import AlbumQuerySet
from gallery.text.canonical import fold
from gallery.text.cleaning import clean_line

# PostgreSQL indexes at most 2,700 bytes.
MAX_STATED_NAME = 600
Statement = tuple[int, str]


def key_of(name: str) -> str:
    """Return the form in which a stated name identifies an album; empty if it names none."""
    return clean_line(str(name))[:MAX_STATED_NAME].strip()


def shown_name(key: str) -> str:
    """Return the name of a new album."""
    return key if len(key) <= MAX_NAME else f"{key[: MAX_NAME - 1]}…"


def state_albums(statements: Iterable[Statement]) -> None:
    """Put photos into the albums that new sources state, by id of the photo and stated name; make missing albums.

    The caller has locked the photos or just created them. A photo removed from an album by hand stays out of it.
    """
    wanted = {(photo_id, key) for photo_id, name in statements if (key := key_of(name))}
    if not wanted:
        return
    with transaction.atomic():
        photos = Photo.objects.filter(pk__in={photo_id for photo_id, _key in wanted})
        rows = photos.values_list("pk", "owner_id", "dated_at")
        owners = {pk: (owner_id, dated_at) for pk, owner_id, dated_at in rows}
        albums = _albums_for({(owners[photo_id][0], key) for photo_id, key in wanted})
        pairs = {(albums[owners[photo_id][0], key], photo_id) for photo_id, key in wanted}
        _add(sorted(pairs, key=lambda pair: (pair[0], owners[pair[1]][1], pair[1])))
        settle_by_rules(owners, album_ids=albums.values())


def state_known_albums(photo_id: int, names: Iterable[str], *, owner_id: int) -> None:
    """Put a locked photo into those stated albums that still exist."""
    keys = {key for name in names if (key := key_of(name))}
    with transaction.atomic():
        albums = Album.objects.filter(owner=owner_id, stated_name__in=keys).order_by("pk")
        _add([(pk, photo_id) for pk in albums.select_for_update(no_key=True).values_list("pk", flat=True)])


def withdraw_albums(photo_ids: Iterable[int]) -> None:
    """Take locked photos out of stated albums that their sources state no longer, unless they were added by hand."""
    stated = AlbumPhoto.objects.filter(photo__in=list(photo_ids), is_stated=True)
    rows = list(stated.values_list("pk", "album", "photo", "album__stated_name"))
    if not rows:
        return
    sources = PhotoSource.objects.filter(photo__in={photo_id for _pk, _album, photo_id, _key in rows})
    still = {
        (photo_id, key_of(name))
        for photo_id, names in sources.exclude(albums=[]).values_list("photo", "albums")
        for name in names
    }
    gone = {pk: album_id for pk, album_id, photo_id, key in rows if (photo_id, key) not in still}
    lost = AlbumPhoto.objects.filter(pk__in=gone)
    lost.filter(by_hand=None).delete()
    lost.update(is_stated=False)
    delete_empty_albums(gone.values())


def delete_empty_albums(album_ids: Iterable[int]) -> None:
    """Delete albums without photos that only sources made.

    Those that a rule names, or that an import adds to that goes on, stay.
    """
    members = AlbumPhoto.objects.filter(album=OuterRef("pk"), is_member=True)
    filled = ImportJob.objects.filter(album=OuterRef("pk")).exclude(state__in=ImportJob.ENDED_STATES)
    made = Album.objects.filter(pk__in=set(album_ids), is_kept=False)
    ruled = ArchiveRule.objects.filter(album=OuterRef("pk"))
    made.filter(~Exists(members), ~Exists(filled), ~Exists(ruled)).delete()


def album_to_fill(name: str, *, owner_id: int) -> Album:
    """Return the owner's album of this name, which imports can state from now on; make one if there is none."""
    key = key_of(name)
    with transaction.atomic():
        own = Album.objects.filter(owner=owner_id).order_by("pk").select_for_update(no_key=True)
        found: Album | None = own.filter(folded_name=fold(key)).first() or own.filter(stated_name=key).first()
        if found is None:
            return own.get(pk=_albums_for({(owner_id, key)})[owner_id, key])
        if not found.stated_name:
            is_taken = own.filter(stated_name=key).exists()
            found.stated_name = f"{key} ({found.pk})" if is_taken else key
            found.save(update_fields=["stated_name"])
        return found


def _add(pairs: list[tuple[int, int]]) -> None:
    """Add photos by ids of album and photo, behind the others of each album."""
    last = dict(
        AlbumPhoto.objects.filter(album__in={album_id for album_id, _photo_id in pairs})
        .values_list("album")
        .annotate(last=Max("position"))
    )
    members = []
    for album_id, photo_id in pairs:
        last[album_id] = last.get(album_id, 0) + 1
        members.append(AlbumPhoto(album_id=album_id, photo_id=photo_id, position=last[album_id], is_stated=True))
    AlbumPhoto.objects.bulk_create(
        members, update_conflicts=True, unique_fields=["album", "photo"], update_fields=["is_stated"]
    )


def _albums_for(wanted: set[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """Return the ids of albums by owner and stated name, locked; missing ones are made.

    An album of this name that was made by hand is taken.
    """
    owner_ids, keys = {owner_id for owner_id, _key in wanted}, {key for _owner_id, key in wanted}
    stated = Album.objects.filter(owner__in=owner_ids, stated_name__in=keys).order_by("pk")
    found = _by_key(stated)
    if missing := sorted(wanted - found.keys()):
        by_name = Album.objects.filter(owner__in=owner_ids, stated_name="")
        named = by_name.filter(folded_name__in={fold(shown_name(key)) for _owner_id, key in missing})
        by_hand = {(one.owner_id, one.folded_name): one for one in named.order_by("-pk").select_for_update(no_key=True)}
        taken, new = [], []
        for owner_id, key in missing:
            if album := by_hand.pop((owner_id, fold(shown_name(key))), None):
                album.stated_name = key
                taken.append(album)
            else:
                new.append(Album(owner_id=owner_id, name=shown_name(key), stated_name=key, is_kept=False))
        Album.objects.bulk_update(taken, ["stated_name"])
        Album.objects.bulk_create(new, ignore_conflicts=True)
        found = _by_key(stated.all())
    return found


def _by_key(albums: AlbumQuerySet) -> dict[tuple[int, str], int]:
    return {(album.owner_id, album.stated_name): album.pk for album in albums.select_for_update(no_key=True)}
