"""Delete photos for good: their rows, files and entries in the keyword index."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gallery.files import ORIGINALS, THUMBNAIL_SIDES, THUMBNAILS, exclusive, original_name, thumbnail_path
from gallery.models import Photo, PhotoQuerySet
from gallery.tasks import enqueue_unindexing

NAME_OF_OURS = re.compile(r"([0-9a-f]{64})[.-].+")


def delete_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Delete those of `photos` that are `user`'s; how many there were. Files that we only refer to stay where they are.

    The files go after the transaction; what a crash leaves of them, `sweep_strays` removes.
    """
    with transaction.atomic():
        doomed = list(photos.visible_to(user).select_for_update().only("pk", "owner_id", "sha256", "extension"))
        photo_ids = [photo.pk for photo in doomed]
        Photo.objects.filter(pk__in=photo_ids).delete()
        if doomed:
            enqueue_unindexing(photo_ids)
            transaction.on_commit(partial(_remove_files_of, doomed), robust=True)
    return len(photo_ids)


def sweep_strays() -> Iterator[None]:
    """Remove files below MEDIA_ROOT that belong to no photo (any more); pauses after every directory."""
    for top in (ORIGINALS, THUMBNAILS):
        root = Path(settings.MEDIA_ROOT, top)
        for directory, _subdirectories, names in os.walk(root):
            files = {Path(directory, name): match[1] for name in names if (match := NAME_OF_OURS.fullmatch(name))}
            if files:
                owner_id = int(Path(directory).relative_to(root).parts[0])
                photos = Photo.objects.filter(owner_id=owner_id, sha256__in=files.values())
                known = set(photos.values_list("sha256", flat=True))
                for path, sha256 in files.items():
                    if sha256 not in known:
                        _remove([path], owner_id=owner_id, sha256=sha256)
            yield


def _remove_files_of(photos: Iterable[Photo]) -> None:
    for photo in photos:
        owner_id, sha256 = photo.owner_id, photo.sha256
        original = original_name(owner_id=owner_id, sha256=sha256, extension=photo.extension)
        thumbnails = [thumbnail_path(size, owner_id=owner_id, sha256=sha256) for size in THUMBNAIL_SIDES]
        _remove([Path(settings.MEDIA_ROOT, original), *thumbnails], owner_id=owner_id, sha256=sha256)


def _remove(paths: Iterable[Path], *, owner_id: int, sha256: str) -> None:
    """Remove files of bytes that no photo has, unless the owner has just sent them again."""
    with exclusive(owner_id=owner_id, sha256=sha256):
        if not Photo.objects.filter(owner_id=owner_id, sha256=sha256).exists():
            for path in paths:
                path.unlink(missing_ok=True)
