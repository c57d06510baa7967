"""The sets of photos that are shown by date: the timeline, the starred photos, the archive, and an album."""

from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser

from gallery.models import Album, Photo, PhotoQuerySet


class View(StrEnum):
    """The sets that are no albums."""

    TIMELINE = ""
    STARRED = "starred"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Scope:
    """One of the sets. Addresses of the timeline name it: `?view=starred`, `?album=5`."""

    view: View = View.TIMELINE
    album: Album | None = None

    def photos(self, *, user: AbstractBaseUser) -> PhotoQuerySet:
        """Return the photos of the set that `user` sees, in any order."""
        photos = Photo.objects.visible_to(user)
        if self.album:
            return photos.filter(memberships__album=self.album, memberships__is_member=True)
        if self.view == View.STARRED:
            return photos.filter(importance__gt=0)
        return photos.filter(is_archived=self.view == View.ARCHIVE)
