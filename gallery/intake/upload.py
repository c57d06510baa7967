"""Take an uploaded file in: refuse what is no picture, store its bytes once per owner, and have it processed."""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import partial
from typing import IO

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gallery.intake.describing import blocks_of, describe_picture
from gallery.intake.storing import Incoming, store_pictures
from gallery.models import PartialUpload, Photo, PhotoSource
from gallery.photos.trash import restore_photos
from gallery.pictures.opening import is_original_there
from gallery.processing.tasks import enqueue_processing


class Arrival(Enum):
    """Where the bytes of a file were when it came."""

    NEW = "nowhere in the owner's gallery"
    KNOWN = "in the gallery"
    BINNED = "in the bin"


def store_upload(
    file: IO[bytes], *, owner: AbstractBaseUser, filename: str, brought_by: PartialUpload | None = None
) -> tuple[Photo, Arrival]:
    """Store a picture file; the photo, and whether it is new: bytes that `owner` has already are not stored again.

    Sending the same bytes again also repairs a photo whose file was lost, and brings one back from the bin with all
    that was said of it. InvalidImage (of which UnsupportedImage, ImageTooLarge and QuotaExceeded are kinds) if the file
    is refused, in which case nothing stays behind.
    """

    def blocks() -> Iterator[bytes]:
        file.seek(0)
        return blocks_of(file)

    fields = describe_picture(file, filename=filename)
    source = PhotoSource(path=PhotoSource.UPLOAD)
    with transaction.atomic():
        (stored,) = store_pictures([Incoming(fields, source, blocks)], owner=owner, brought_by=brought_by)
        arrival = Arrival.NEW if stored.created else Arrival.KNOWN
        if stored.photo.trashed_at:
            restore_photos(Photo.objects.filter(pk=stored.photo.pk), user=owner)
            stored.photo.trashed_at = None
            arrival = Arrival.BINNED
        transaction.on_commit(partial(enqueue_processing, [stored.photo.pk]))
    return stored.photo, arrival


def known_checksums(checksums: Iterable[str], *, owner: AbstractBaseUser) -> dict[str, int]:
    """Of these SHA-256 those whose bytes `owner` has, with the photo's number: they need not be sent.

    A photo whose file is lost is left out: sending it again repairs it.
    """
    photos = Photo.objects.visible_to(owner).filter(sha256__in=list(checksums)).only("sha256", "file")
    return {photo.sha256: photo.pk for photo in photos if is_original_there(photo.path)}
