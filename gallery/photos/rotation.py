"""Turns of photos by hand, by right angles; the original file stays as it is."""

from gallery.photos.statements import Statement

FIELD = "rotation"


def turn_photos(degrees: int) -> Statement:
    """Turn photos clockwise by `degrees`, from how they are shown now."""
    return Statement((FIELD,), lambda photo: _stated((photo.rotation + degrees) % 360))


def set_rotation(degrees: int) -> Statement:
    """Show photos turned clockwise by `degrees` from their upright position by EXIF."""
    return Statement((FIELD,), lambda _photo: _stated(degrees))


def _stated(degrees: int) -> dict[str, int]:
    # A photo that is not turned is like one that never was.
    return {FIELD: degrees} if degrees else {}
