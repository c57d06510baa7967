"""Template filters for tiles of photos."""

import base64
from collections.abc import Iterable
from datetime import timedelta

from django import template
from django.utils import timezone
from django.utils.translation import ngettext

from gallery.models import Photo
from gallery.photos.timeline import NARROWEST, WIDEST
from gallery.photos.trash import DAYS_IN_TRASH

register = template.Library()


@register.filter
def tile_ratio(photo: Photo) -> str:
    """Return the aspect ratio of the photo's tile; very long pictures are cropped."""
    ratio = photo.width / photo.height
    return f"{min(max(ratio, NARROWEST), WIDEST):.3f}"  # CSS needs a decimal point in every language.


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
