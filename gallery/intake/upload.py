"""Takes an uploaded picture in: refuses unsupported files, stores the bytes once per owner, and enqueues processing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import IO

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from gallery.albums.contents import add_photos
from gallery.claims.origins import claims_of_origin
from gallery.intake.describing import describe_picture, limited_blocks
from gallery.intake.storing import IncomingPicture, store_pictures
from gallery.models import Arrival, PartialUpload, Photo, PhotoSource
from gallery.photos.trash import restore_photos
from gallery.pictures.images import InvalidImage
from gallery.pictures.opening import is_original_there
from gallery.processing.tasks import enqueue_processing
from gallery.sources.source_files import SourceMetadata


@dataclass(frozen=True)
class UploadResult:
    """The result of uploading one file: a photo, or the sentence and the kind of a refusal."""

    filename: str
    arrival: Arrival
    photo: Photo | None = None
    detail: str = ""
    kind: str = ""


def try_upload(
    file: IO[bytes],
    *,
    owner: AbstractBaseUser,
    filename: str,
    modified_at: datetime | None = None,
    brought_by: PartialUpload | None = None,
    album_id: int | None = None,
) -> UploadResult:
    """Store a picture file as `store_upload` does, but return refusals too."""
    try:
        photo, arrival = store_upload(
            file, owner=owner, filename=filename, modified_at=modified_at, brought_by=brought_by, album_id=album_id
        )
    except InvalidImage as error:
        return UploadResult(filename, Arrival.REFUSED, detail=str(error), kind=error.kind)
    return UploadResult(filename, arrival, photo)


def store_upload(
    file: IO[bytes],
    *,
    owner: AbstractBaseUser,
    filename: str,
    modified_at: datetime | None = None,
    brought_by: PartialUpload | None = None,
    album_id: int | None = None,
) -> tuple[Photo, Arrival]:
    """Store a picture file unless `owner` already has its bytes; the arrival is CREATED, DUPLICATE or RESTORED.

    `modified_at` is the modification time of the client's file. Uploading the same bytes again repairs a photo whose
    file was lost, and restores one from the trash with all its details. Each of them is added to the album `album_id`.

    Raises:
        Http404: `owner` has no such album.
        InvalidImage: (also UnsupportedImage, ImageTooLarge or QuotaExceeded) the file is refused; nothing is stored.
    """

    def blocks() -> Iterator[bytes]:
        file.seek(0)
        return limited_blocks(file)

    fields = describe_picture(file, filename=filename)
    name = fields["filename"]
    source = PhotoSource(
        path=PhotoSource.UPLOAD,
        identity=PhotoSource.UPLOAD_IDENTITY,
        filename=name,
        modified_at=modified_at,
        claims=claims_of_origin(SourceMetadata(), filename=name, path=name, modified_at=modified_at),
    )
    with transaction.atomic():
        (stored,) = store_pictures([IncomingPicture(fields, source, blocks)], owner=owner, brought_by=brought_by)
        arrival = Arrival.CREATED if stored.created else Arrival.DUPLICATE
        if stored.photo.trashed_at:
            restore_photos(Photo.objects.filter(pk=stored.photo.pk), user=owner)
            stored.photo.trashed_at = None
            arrival = Arrival.RESTORED
        if album_id:
            add_photos(album_id, Photo.objects.filter(pk=stored.photo.pk), user=owner)
        transaction.on_commit(partial(enqueue_processing, [stored.photo.pk]))
    return stored.photo, arrival


def known_checksums(checksums: Iterable[str], *, owner: AbstractBaseUser) -> dict[str, int]:
    """Return the photo ids of those SHA-256 checksums that `owner` already has.

    A photo whose file is lost is left out, because uploading it again repairs it.
    """
    photos = Photo.objects.visible_to(owner).filter(sha256__in=list(checksums)).only("sha256", "file")
    return {photo.sha256: photo.pk for photo in photos if is_original_there(photo.path)}
