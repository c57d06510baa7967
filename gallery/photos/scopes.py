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

    @property
    def condition(self) -> str:
        """The set as a condition in SQL, with `parameters`, which the index photo_timeline answers."""
        if self.album:
            return "id IN (SELECT photo_id FROM gallery_albumphoto WHERE album_id = %(album)s AND is_member)"
        return {View.TIMELINE: "NOT is_archived", View.STARRED: "importance > 0", View.ARCHIVE: "is_archived"}[
            self.view
        ]

    @property
    def parameters(self) -> dict[str, int]:
        """The values of placeholders in `condition`, by name."""
        return {"album": self.album.pk} if self.album else {}

    @property
    def query(self) -> str:
        """The set as the query string of addresses, such as "?album=5"; empty for the timeline."""
        if self.album:
            return f"?album={self.album.pk}"
        return f"?view={self.view}" if self.view else ""
