"""Template filters that lay photos out."""

from django import template

from gallery.models import Photo

register = template.Library()

NARROWEST = 0.6
WIDEST = 2.4


@register.filter
def tile_ratio(photo: Photo) -> str:
    """Width of the photo's tile by its height: its own, but for very long pictures, which are cropped."""
    ratio = photo.width / photo.height
    return f"{min(max(ratio, NARROWEST), WIDEST):.3f}"  # CSS reads a point, whatever the language.
