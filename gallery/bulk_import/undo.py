"""Undo an import: remove what only this import added, and keep what has other sources or was edited since."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from gallery.albums.stating import delete_empty_albums, withdraw_albums
from gallery.bulk_import.album_names import albums_of_options
from gallery.claims.settling import settle, touch
from gallery.models import AlbumPhoto, ImportItem, ImportJob, Photo, PhotoMerge, PhotoSource
from gallery.photos.deletion import delete_photos, remove_copy
from gallery.photos.trash import restore_photos
from gallery.pictures.opening import is_original_there

BATCH_SIZE = 200


def undo_batch(job: ImportJob) -> int:
    """Undo the import for the next photos; return their number, 0 when nothing is left.

    Each batch is one transaction: after a crash, the remaining photos still refer to the import.
    """
    copies: list[Photo] = []
    with transaction.atomic():
        brought = Photo.objects.filter(sources__job=job).order_by("pk").values_list("pk", flat=True).distinct()
        photo_ids = list(brought[:BATCH_SIZE])
        photos = list(Photo.objects.filter(pk__in=photo_ids).order_by("pk").select_for_update())
        _hand_over(job, photo_ids)
        PhotoSource.objects.filter(job=job, photo__in=photo_ids).delete()
        orphans = list(Photo.objects.filter(pk__in=photo_ids, sources=None).values_list("pk", flat=True))
        _restore_merged(orphans, job=job)
        stated = AlbumPhoto.objects.filter(photo__in=orphans, is_stated=True).values_list("album", flat=True)
        albums_of_orphans = set(stated)
        delete_photos(Photo.objects.filter(pk__in=orphans), user=job.owner)
        delete_empty_albums(albums_of_orphans)
        withdraw_albums(photo_ids)
        kept = Photo.objects.filter(pk__in=photo_ids)
        # The index contains the sources, too.
        touch(photo_ids)
        settle(kept)
        for photo in kept:
            if not photo.is_in_place and not photo.sources.filter(is_copy=True).exists():
                copies += _switch_to_file_in_place(photo)
        # Photos that another import has found too stay, but no longer belong to this import.
        job.items.filter(photo__in=photo_ids).update(created_photo=False)
    for photo in copies:
        remove_copy(photo)
    return len(photos)


def _restore_merged(photo_ids: list[int], *, job: ImportJob) -> None:
    """Restore photos from the trash that were merged into these photos, which are deleted now."""
    trashed_ids = [pk for merge in PhotoMerge.objects.filter(photo__in=photo_ids) for pk in merge.trashed_ids]
    restore_photos(Photo.objects.filter(pk__in=trashed_ids), user=job.owner)


def _hand_over(job: ImportJob, photo_ids: list[int]) -> None:
    """Assign sources that another import has found too to that import, unless it has sources of its own for them."""
    others = ImportItem.objects.filter(photo__in=photo_ids, is_preview=False).exclude(job=job)
    others = others.exclude(job__state__in=[ImportJob.State.UNDOING, ImportJob.State.UNDONE])
    for item in others.order_by("pk").select_related("job__album"):
        own = PhotoSource.objects.filter(photo_id=OuterRef("photo_id"), identity=OuterRef("identity"), job=item.job_id)
        handed = PhotoSource.objects.filter(~Exists(own), photo=item.photo, identity=item.identity, job=job)
        for source in handed:
            # The other import found this file, but states only the albums that its own options name.
            named = set(albums_of_options(source.path, job=job)) - set(albums_of_options(source.path, job=item.job))
            source.albums = [name for name in source.albums if name not in named]
            source.job_id = item.job_id
            source.save(update_fields=["albums", "job"])


def _switch_to_file_in_place(photo: Photo) -> list[Photo]:
    """Switch a photo whose copy only this import needed to a file in place; return it if the copy can be removed."""
    elsewhere = photo.sources.filter(is_copy=False).order_by("-is_present", "pk").first()
    if elsewhere is None or not is_original_there(Path(elsewhere.path)):
        return []
    Photo.objects.filter(pk=photo.pk).update(file=elsewhere.path)
    return [photo] if Path(settings.MEDIA_ROOT, str(photo.file.name)).exists() else []
