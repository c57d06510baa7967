"""Template filters for tiles of photos."""

import base64
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import ngettext

from gallery.models import Photo
from gallery.photos.timeline import NARROWEST, WIDEST
from gallery.photos.trash import DAYS_IN_TRASH

register = template.Library()
MAX_ALTERNATIVE = 150
ANY_ID = "987654321"


@register.filter
def tile_ratio(photo: Photo) -> str:
    """Return the aspect ratio of the photo's tile; very long pictures are cropped."""
    ratio = photo.width / photo.height
    return f"{min(max(ratio, NARROWEST), WIDEST):.3f}"  # CSS needs a decimal point in every language.


@register.filter
def address(photo: Photo, name: str) -> str:
    """Return the address of a view of the photo, such as its thumbnail."""
    return _address_pattern(name).replace(ANY_ID, str(photo.pk))


@lru_cache
def _address_pattern(name: str) -> str:
    # Django looks for an address anew each time, and a page has hundreds.
    return reverse(f"gallery:{name}", args=[int(ANY_ID)])


@register.filter
def alternative(photo: Photo) -> str:
    """Return the text that stands for the picture."""
    text = photo.description or photo.filename
    return text if len(text) <= MAX_ALTERNATIVE else Truncator(text).chars(MAX_ALTERNATIVE)


@register.filter
def placeholder(photo: Photo) -> str:
    """Return the pixels of the photo's placeholder in base64, for static/js/tiles.js."""
    return base64.b64encode(photo.placeholder).decode()


@register.filter
def time_left(photo: Photo) -> str:
    """Return how many days a photo stays in the trash, as a sentence."""
    passed = timezone.now() - photo.trashed_at if photo.trashed_at else timedelta()
    days = max(0, DAYS_IN_TRASH - passed.days)
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


@register.filter
def ids(photos: Iterable[Photo]) -> str:
    """Return the ids of photos, separated by commas: the form of a PhotoIdsField."""
    return ",".join(str(photo.pk) for photo in photos)
