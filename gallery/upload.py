"""Take a file in: refuse what is no picture, store its bytes once per owner, and have it processed."""

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from os import SEEK_END
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.files import exclusive, original_name, write_file
from gallery.images import ImageTooLarge, InvalidImage, digests_of, read_header
from gallery.metadata import printable, read_metadata
from gallery.models import Photo, PhotoSource
from gallery.sources.dates import choose_date
from gallery.sources.found import Claims
from gallery.sources.kinds import recognise_kind
from gallery.tasks import enqueue_processing

MAX_NAME = 255


def store_upload(file: IO[bytes], *, owner: AbstractBaseUser, filename: str) -> tuple[Photo, bool]:
    """Store a picture file; the photo, and whether it is new: bytes that `owner` has already are not stored again.

    Sending the same bytes again also repairs a photo whose file was lost. InvalidImage (of which UnsupportedImage and
    ImageTooLarge are kinds) if the file is refused, in which case nothing stays behind.
    """
    fields = _describe(file, filename=filename)
    name = original_name(owner_id=owner.pk, sha256=fields["sha256"], extension=fields["extension"])
    path = Path(settings.MEDIA_ROOT, name)
    with exclusive(owner_id=owner.pk, sha256=fields["sha256"]):
        is_written = not path.is_file()
        if is_written:
            write_file(path, _blocks(file))
        try:
            # Locked, so that nobody deletes the photo before this is done.
            photo, created = Photo.objects.select_for_update(no_key=True).get_or_create(
                owner_id=owner.pk, sha256=fields["sha256"], defaults={**fields, "file": name}
            )
            if is_written and not created:
                _repair(photo, name)
            PhotoSource.objects.get_or_create(photo=photo, path=PhotoSource.UPLOAD)
        except BaseException:
            if is_written:
                path.unlink(missing_ok=True)
            raise
        transaction.on_commit(partial(enqueue_processing, [photo.pk]))
    return photo, created


def clean_filename(filename: str, *, extension: str) -> str:
    """The last part of a name that somebody sent, fit to be stored and shown; the ending survives shortening."""
    name = printable(filename.replace("\\", "/").rpartition("/")[2])
    if name.strip(".") == "":
        return _("picture") + f".{extension}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_NAME and stem and len(ending) < 16:
        return stem[: MAX_NAME - len(ending) - 1] + dot + ending
    return name[:MAX_NAME]


def _describe(file: IO[bytes], *, filename: str) -> dict[str, Any]:
    """The fields of a Photo that the file's bytes and name tell, but for the place where they will lie."""
    file.seek(0, SEEK_END)
    size = file.tell()
    if size == 0:
        raise InvalidImage(_("This file is empty."))
    if size > settings.MAX_UPLOAD_BYTES:
        raise ImageTooLarge(
            _("This file has %(size)s; at most %(limit)s are allowed.")
            % {"size": filesizeformat(size), "limit": filesizeformat(settings.MAX_UPLOAD_BYTES)}
        )
    header = read_header(file)
    metadata = read_metadata(file)
    taken_at, taken_offset, date_source = choose_date(
        metadata, Claims(), filename=filename, path=filename, modified_at=None
    )
    return {
        **asdict(digests_of(file)),
        "filename": clean_filename(filename, extension=header.extension),
        "extension": header.extension,
        "width": header.width,
        "height": header.height,
        "file_size": size,
        "taken_at": taken_at,
        "taken_offset": taken_offset,
        "date_source": date_source,
        "kind": recognise_kind(
            filename=filename,
            extension=header.extension,
            width=header.width,
            height=header.height,
            make=metadata.data.get("make", ""),
            claims=Claims(),
        ),
        "metadata": metadata.data,
    }


def _repair(photo: Photo, name: str) -> None:
    """Its file was missing and now is there: whatever failed for that may be tried again."""
    photo.file.name = name
    photo.defect = ""
    photo.save(update_fields=["file", "defect"])
    photo.step_attempts.all().delete()


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(1 << 20):
        yield block
