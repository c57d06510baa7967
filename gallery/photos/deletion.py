"""Permanently delete photos: rows, files and documents of the keyword index."""

import os
import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet

from gallery.models import Photo, PhotoCompanion, PhotoQuerySet
from gallery.processing.tasks import enqueue_unindexing
from gallery.storage.files import (
    COMPANIONS,
    ORIGINALS,
    THUMBNAILS,
    digests_locked,
    original_name,
    thumbnail_paths,
)

STORED_FILE_NAME = re.compile(r"([0-9a-f]{64})[.-].+")


def delete_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser) -> int:
    """Delete the photos that belong to `user`, including the trash; return their number.

    Stored files are deleted after the transaction; after a crash `sweep_strays` deletes them. Files imported in place
    are kept.
    """
    with transaction.atomic():
        own = photos.belonging_to(user).order_by("pk").select_for_update()
        doomed = list(own.only("pk", "owner_id", "sha256", "extension"))
        photo_ids = [photo.pk for photo in doomed]
        companions = list(PhotoCompanion.objects.filter(photo__in=photo_ids))
        Photo.objects.filter(pk__in=photo_ids).delete()
        if doomed:
            enqueue_unindexing(photo_ids)
            transaction.on_commit(partial(_remove_files_of, doomed), robust=True)
            transaction.on_commit(partial(remove_companion_files, companions, owner_id=user.pk), robust=True)
    return len(photo_ids)


def remove_copy(photo: Photo) -> None:
    """Delete the stored copy of a photo whose original is now a file imported in place."""
    path = Path(settings.MEDIA_ROOT, _original(photo))
    _remove([path], owner_id=photo.owner_id, sha256=photo.sha256)


def delete_companions(companions: QuerySet[PhotoCompanion], *, owner_id: int) -> None:
    """Delete files that belong to photos of one owner, and their rows."""
    with transaction.atomic():
        doomed = list(companions.filter(photo__owner_id=owner_id))
        PhotoCompanion.objects.filter(pk__in=[companion.pk for companion in doomed]).delete()
        transaction.on_commit(partial(remove_companion_files, doomed, owner_id=owner_id), robust=True)


def remove_companion_files(companions: Iterable[PhotoCompanion], *, owner_id: int) -> None:
    """Remove copied files without a row from the disk; files left in place are kept."""
    for companion in companions:
        with digests_locked(owner_id=owner_id, digests=[companion.sha256]):
            same = PhotoCompanion.objects.filter(sha256=companion.sha256)
            if companion.is_copy and not same.filter(file=companion.file).exists():
                companion.place.unlink(missing_ok=True)


def sweep_strays() -> Iterator[None]:
    """Delete files below MEDIA_ROOT without a photo; yields after every directory, so that callers can pause."""
    yield from _sweep_stray_companions()
    for top in (ORIGINALS, THUMBNAILS):
        root = Path(settings.MEDIA_ROOT, top)
        for directory, _subdirectories, names in os.walk(root):
            files = {Path(directory, name): match[1] for name in names if (match := STORED_FILE_NAME.fullmatch(name))}
            if files:
                owner_id = int(Path(directory).relative_to(root).parts[0])
                photos = Photo.objects.filter(owner_id=owner_id, sha256__in=files.values())
                if top == ORIGINALS:
                    # Without photos whose original is now a file imported in place.
                    photos = photos.filter(file__startswith=f"{ORIGINALS}/")
                known = set(photos.values_list("sha256", flat=True))
                for path, sha256 in files.items():
                    if sha256 not in known:
                        _remove([path], owner_id=owner_id, sha256=sha256)
            yield


def _sweep_stray_companions() -> Iterator[None]:
    root = Path(settings.MEDIA_ROOT, COMPANIONS)
    for directory, _subdirectories, names in os.walk(root):
        found = {Path(directory, name): match[1] for name in names if (match := STORED_FILE_NAME.fullmatch(name))}
        if found:
            files = {str(path.relative_to(settings.MEDIA_ROOT)): sha256 for path, sha256 in found.items()}
            companions = PhotoCompanion.objects.filter(sha256__in=files.values())
            known = set(companions.values_list("file", flat=True))
            strays = [PhotoCompanion(file=file, sha256=sha256) for file, sha256 in files.items() if file not in known]
            remove_companion_files(strays, owner_id=int(Path(directory).relative_to(root).parts[0]))
        yield


def _remove_files_of(photos: Iterable[Photo]) -> None:
    for photo in photos:
        owner_id, sha256 = photo.owner_id, photo.sha256
        thumbnails = [path for _rotation, path in thumbnail_paths(owner_id=owner_id, sha256=sha256)]
        _remove([Path(settings.MEDIA_ROOT, _original(photo)), *thumbnails], owner_id=owner_id, sha256=sha256)


def _original(photo: Photo) -> str:
    return original_name(owner_id=photo.owner_id, sha256=photo.sha256, extension=photo.extension)


def _remove(paths: Iterable[Path], *, owner_id: int, sha256: str) -> None:
    """Delete files without a photo, under the lock that prevents a concurrent upload of the same bytes."""
    with digests_locked(owner_id=owner_id, digests=[sha256]):
        files = Photo.objects.filter(owner_id=owner_id, sha256=sha256).values_list("file", flat=True)
        is_copied = any(str(file).startswith(f"{ORIGINALS}/") for file in files)
        for path in paths:
            is_original = path.is_relative_to(Path(settings.MEDIA_ROOT, ORIGINALS))
            if not (is_copied if is_original else files):
                path.unlink(missing_ok=True)
