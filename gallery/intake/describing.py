"""Computes the fields of a photo from its file: header, metadata, digests and name; refuses other files."""

from collections.abc import Iterator
from dataclasses import asdict
from os import SEEK_END
from typing import IO, Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.claims.embedded import claims_of_metadata
from gallery.pictures.digests import digests_of
from gallery.pictures.images import ImageTooLarge, InvalidImage, read_header
from gallery.pictures.metadata import read_metadata
from gallery.sources.archives import ARCHIVE_SUFFIXES
from gallery.text.cleaning import clean_line

MAX_NAME = 255
MAX_STEM_BYTES = 200
BLOCK = 1 << 20


def describe_picture(file: IO[bytes], *, filename: str) -> dict[str, Any]:
    """Return the fields of a Photo that follow from its file alone, except where it is stored.

    Raises:
        InvalidImage: (also UnsupportedImage or ImageTooLarge) the file is refused.
    """
    size = file.seek(0, SEEK_END)
    refuse_size(size)
    return describe_header(file, filename=filename) | asdict(digests_of(file)) | {"file_size": size}


def describe_header(file: IO[bytes], *, filename: str) -> dict[str, Any]:
    """Return fields of a Photo with its claims, reading only the beginning of the file. Raises InvalidImage."""
    header, metadata = read_header(file), read_metadata(file)
    return {
        "filename": clean_filename(filename, extension=header.extension),
        "extension": header.extension,
        "width": header.width,
        "height": header.height,
        "is_animated": header.animated,
        "metadata": metadata.data,
        "claims": claims_of_metadata(metadata),
    }


def refuse_size(size: int) -> None:
    """Raise InvalidImage if a file of `size` bytes is empty or too large."""
    if size == 0:
        raise InvalidImage(_("This file is empty."))
    if size > settings.MAX_UPLOAD_BYTES:
        raise ImageTooLarge(
            _("This file has %(size)s; the limit is %(limit)s.")
            % {"size": filesizeformat(size), "limit": filesizeformat(settings.MAX_UPLOAD_BYTES)}
        )


def clean_filename(filename: str, *, extension: str) -> str:
    """Return the last part of a client's file name, cleaned and shortened; its suffix is kept."""
    name = clean_line(filename.replace("\\", "/").rpartition("/")[2])
    if name.strip(".") == "":
        return _("picture") + f".{extension}"
    stem, dot, ending = name.rpartition(".")
    if len(name) > MAX_NAME and stem and len(ending) < 16:
        return stem[: MAX_NAME - len(ending) - 1] + dot + ending
    return name[:MAX_NAME]


def clean_archive_name(filename: str) -> str:
    """Return a name for an uploaded archive that is safe on every disk and ends like an archive, `.zip` by default."""
    name = clean_filename(filename, extension="zip")
    suffix = next((suffix for suffix in ARCHIVE_SUFFIXES if name.lower().endswith(suffix)), ".zip")
    stem = (name[: -len(suffix)] if name.lower().endswith(suffix) else name).lstrip(".")
    return stem.encode()[:MAX_STEM_BYTES].decode(errors="ignore") + suffix


def limited_blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Return the bytes of `file` from its position on. Raises ImageTooLarge beyond the allowed size."""
    size = 0
    while block := file.read(BLOCK):
        size += len(block)
        refuse_size(size)
        yield block
