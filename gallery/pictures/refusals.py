"""Refusals of picture files, each with a sentence: unsupported formats by their name, limits as limits, and damage."""

import re

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import ImageFile

from gallery.pictures.decoding import format_of
from gallery.pictures.formats import FORMAT_NAMES, format_named_by, other_format_named_by
from gallery.pictures.image_limits import MAX_DECODING_BYTES, MAX_RATIO, MAX_SIDE, least_decoding_bytes

# Words of Pillow's messages about files that are valid, but that it cannot read.
_UNSUPPORTED = re.compile(r"unsupported|not supported|unknown|unrecognized|not implemented", re.IGNORECASE)


class InvalidImage(Exception):
    """The file is not a readable picture; the message is a sentence for the user, `kind` the API's problem type."""

    kind = "invalid"


class DamagedImage(InvalidImage):
    """Decoding failed: the file is damaged or incomplete."""


class UnsupportedImage(InvalidImage):
    """The file is not a picture, or has an unsupported format."""

    kind = "unsupported-media-type"


class ImageTooLarge(InvalidImage):
    """The file has more bytes, or the picture more pixels, than the settings allow."""

    kind = "too-large"


class DecodingFailed(ImageTooLarge):
    """Decoding ran out of memory or time. Another attempt may succeed: the file need not be damaged."""


def unsupported(head: bytes = b"") -> str:
    """Return the sentence that refuses a file in an unsupported format, by the format's name if `head` tells it."""
    if name := other_format_named_by(head):
        sentence = _("Files in the format %(name)s are not supported. Supported formats: %(formats)s.")
        return sentence % {"name": name, "formats": FORMAT_NAMES}
    return _("This file is not a picture in a supported format (%(formats)s).") % {"formats": FORMAT_NAMES}


def unreadable(head: bytes) -> InvalidImage:
    """Return the refusal of a file that no decoder recognises."""
    if row := format_named_by(head):
        sentence = _("This %(format)s file is damaged, or of a kind that is not supported.")
        return DamagedImage(sentence % {"format": row.name})
    return UnsupportedImage(unsupported(head))


def undecodable(error: Exception) -> DamagedImage:
    """Return the refusal of a picture whose decoder raised `error`."""
    if _UNSUPPORTED.search(str(error)):
        return DamagedImage(_("This picture has a kind of pixels or compression that is not supported."))
    return DamagedImage(damaged())


def damaged() -> str:
    return _("This picture is damaged or incomplete.")


def too_demanding() -> str:
    return _("This picture takes too much memory or time to decode. Reduce its size and try again.")


def refuse_size(image: ImageFile.ImageFile) -> None:
    """Raise InvalidImage if the picture exceeds a limit."""
    width, height = image.size
    if width < 1 or height < 1:
        raise DamagedImage(damaged())
    size = {"width": width, "height": height}
    if width * height > settings.MAX_IMAGE_PIXELS:
        raise ImageTooLarge(
            _("This picture has %(width)d × %(height)d pixels; at most %(limit)d million are allowed.")
            % (size | {"limit": settings.MAX_IMAGE_PIXELS // 1_000_000})
        )
    if max(width, height) > MAX_SIDE:
        raise ImageTooLarge(
            _("This picture has %(width)d × %(height)d pixels; a side may have at most %(limit)d.")
            % (size | {"limit": MAX_SIDE})
        )
    if max(width, height) > MAX_RATIO * min(width, height):
        raise ImageTooLarge(
            _("This picture has %(width)d × %(height)d pixels; it may be at most %(limit)d times as long as wide.")
            % (size | {"limit": MAX_RATIO})
        )
    if (needed := least_decoding_bytes(image)) > MAX_DECODING_BYTES:
        allowed = MAX_DECODING_BYTES * width * height // needed
        raise ImageTooLarge(
            _(
                "This picture has %(width)d × %(height)d pixels; in a %(format)s file like this one,"
                " at most %(limit)d million are allowed."
            )
            % (size | {"format": format_of(image).name, "limit": allowed // 1_000_000})
        )
