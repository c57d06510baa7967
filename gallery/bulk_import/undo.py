"""Take back exactly what an import brought: nothing that came from elsewhere too, nothing that was changed since."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from gallery.models import ImportItem, ImportJob, Photo, PhotoMerge, PhotoSource
from gallery.models.json_values import as_json
from gallery.photos.deletion import delete_photos, remove_copy
from gallery.photos.trash import restore_photos
from gallery.pictures.opening import is_original_there

BATCH = 200


def undo_batch(job: ImportJob) -> int:
    """Take back some of what is left of the import; how many photos that concerned, 0 when nothing is left.

    Killed in between, it goes on with those that still name the import as where they came from.
    """
    copies: list[Photo] = []
    with transaction.atomic():
        touched = Q(sources__job=job) | Q(pk__in=job.items.exclude(filled_fields={}).values("photo"))
        photo_ids = list(Photo.objects.filter(touched).order_by("pk").values_list("pk", flat=True).distinct()[:BATCH])
        photos = list(Photo.objects.filter(pk__in=photo_ids).order_by("pk").select_for_update())
        for item in job.items.filter(photo__in=photo_ids).exclude(filled_fields={}).order_by("-pk"):
            _put_back(next(photo for photo in photos if photo.pk == item.photo_id), item)
        _hand_over(job, photo_ids)
        PhotoSource.objects.filter(job=job, photo__in=photo_ids).delete()
        orphans = list(Photo.objects.filter(pk__in=photo_ids, sources=None).values_list("pk", flat=True))
        _bring_back(orphans, job=job)
        delete_photos(Photo.objects.filter(pk__in=orphans), user=job.owner)
        for photo in Photo.objects.filter(pk__in=photo_ids):
            if not photo.is_in_place and not photo.sources.filter(is_copy=True).exists():
                copies += _leave_in_place(photo)
        # Seen by another import since, it stays; it is not this one's any more.
        job.items.filter(photo__in=photo_ids).update(filled_fields={}, created_photo=False)
    for photo in copies:
        remove_copy(photo)
    return len(photos)


def _bring_back(kept: list[int], *, job: ImportJob) -> None:
    """Restore the near-duplicates that were merged into the photos in `kept`, which are about to be deleted."""
    trashed_ids = [pk for merge in PhotoMerge.objects.filter(photo__in=kept) for pk in merge.trashed_ids]
    restore_photos(Photo.objects.filter(pk__in=trashed_ids), user=job.owner)


def _put_back(photo: Photo, item: ImportItem) -> None:
    """Empty what the import filled, unless somebody has changed it since."""
    changed = []
    for name, (before, after) in item.filled_fields.items():
        if as_json(getattr(photo, name)) == after:
            setattr(photo, name, before)
            changed.append(name)
    if changed:
        photo.revision += 1
        photo.save(update_fields=["revision", *changed])


def _hand_over(job: ImportJob, photo_ids: list[int]) -> None:
    """Files that another import has found as well are that one's from now on."""
    others = ImportItem.objects.filter(photo__in=photo_ids, is_preview=False).exclude(job=job)
    others = others.exclude(job__state__in=[ImportJob.State.UNDOING, ImportJob.State.UNDONE])
    for photo_id, path, job_id in others.order_by("pk").values_list("photo_id", "path", "job_id"):
        PhotoSource.objects.filter(photo_id=photo_id, path=path, job=job).update(job_id=job_id)


def _leave_in_place(photo: Photo) -> list[Photo]:
    """The copy was only the import's: the photo goes on with a file that lies elsewhere, if there is one."""
    elsewhere = photo.sources.filter(is_copy=False).order_by("-is_present", "pk").first()
    if elsewhere is None or not is_original_there(Path(elsewhere.path)):
        return []
    Photo.objects.filter(pk=photo.pk).update(file=elsewhere.path)
    return [photo] if Path(settings.MEDIA_ROOT, str(photo.file.name)).exists() else []
