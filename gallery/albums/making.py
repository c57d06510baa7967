"""Makes albums, and changes their name, description, order and cover."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from gallery.models import Album, Photo
from gallery.text.canonical import fold
from gallery.text.cleaning import clean_line

MAX_NAME = 200
MAX_DESCRIPTION = 5000
MAX_ALBUMS = 10_000


class TooManyAlbums(Exception):
    """The user has as many albums as are allowed."""


class CoverNotInAlbum(Exception):
    """The photo that was to be the cover is not in the album."""


def make_album(name: str, *, owner: AbstractBaseUser, description: str = "", order: str = Album.Order.NEWEST) -> Album:
    """Make an empty album. Raises TooManyAlbums with a message for the user."""
    if Album.objects.visible_to(owner).count() >= MAX_ALBUMS:
        raise TooManyAlbums(_("You have %(limit)d albums. Delete some first.") % {"limit": MAX_ALBUMS})
    name = clean_line(name) or "?"
    return Album.objects.create(owner_id=owner.pk, name=name, description=description, order=order)


def album_named(name: str, *, owner: AbstractBaseUser) -> Album:
    """Return the user's oldest album of this name, upper and lower case alike; make one if there is none."""
    found = Album.objects.visible_to(owner).filter(folded_name=fold(name)).order_by("pk").first()
    return found or make_album(name, owner=owner)


def change_album(album_id: int, changes: Mapping[str, Any], *, user: AbstractBaseUser) -> Album:
    """Set name, description, order or cover (the id of a photo; None: the latest) of an album.

    Raises Http404 and CoverNotInAlbum.
    """
    with transaction.atomic():
        album: Album = Album.objects.select_for_update(no_key=True).get_visible_or_404(album_id, user=user)
        values = dict(changes)
        if "name" in values:
            values["name"] = clean_line(values["name"]) or "?"
        if "cover" in values:
            values["cover_id"] = cover_id = values.pop("cover")
            members = Photo.objects.visible_to(user).filter(memberships__album=album, memberships__is_member=True)
            if cover_id is not None and not members.filter(pk=cover_id).exists():
                raise CoverNotInAlbum(_("This photo is not in the album."))
        for name, value in values.items():
            setattr(album, name, value)
        album.is_kept = True
        album.save()
    return album


def discard_album(album_id: int, *, user: AbstractBaseUser) -> str:
    """Delete an album, but none of its photos, and return its name. Raises Http404.

    Photos that are imported again do not bring it back; those of files that were unknown do.
    """
    with transaction.atomic():
        # Locked before its rows, like by imports that add to it.
        album: Album = Album.objects.select_for_update().get_visible_or_404(album_id, user=user)
        name = album.name
        album.delete()
    return name
