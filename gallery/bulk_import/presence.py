"""Mark which files of photos imported in place still exist, and switch photos to another copy of missing ones."""

from pathlib import Path

from gallery.intake.storing import remaining_path
from gallery.models import ImportJob, Photo, PhotoSource
from gallery.pictures.opening import size_of_original

CHUNK_SIZE = 1000


def mark_presence(job: ImportJob) -> None:
    """Look for the files of the owner's photos below the roots of the import."""
    sources = PhotoSource.objects.filter(photo__owner_id=job.owner_id, is_copy=False).order_by("pk")
    last = 0
    while chunk := list(sources.filter(pk__gt=last).select_related("photo")[:CHUNK_SIZE]):
        last = chunk[-1].pk
        below = [source for source in chunk if any(Path(source.path).is_relative_to(root) for root in job.roots)]
        changed = [source for source in below if source.is_present != _exists(source)]
        for source in changed:
            source.is_present = not source.is_present
        PhotoSource.objects.bulk_update(changed, ["is_present"])
        for source in changed:
            # If no other copy exists, the photo keeps its path: the file may come back.
            if (
                not source.is_present
                and source.photo.file.name == source.path
                and (file := remaining_path(source.photo))
            ):
                Photo.objects.filter(pk=source.photo_id).update(file=file)


def _exists(source: PhotoSource) -> bool:
    try:
        return size_of_original(Path(source.path)) == source.photo.file_size
    except OSError:
        return False
