"""Descriptions, importance and the archive by hand."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from gallery.models import Photo, PhotoQuerySet
from gallery.photos.statements import EditOutcome, Statement, apply_statement
from gallery.text.cleaning import remove_invisible


def edit_photo(photo: Photo, *, user: AbstractBaseUser, **changes: Any) -> None:
    """Set description, importance or the archive of a photo of `user`; ignore other users' photos."""
    edit_photos(Photo.objects.filter(pk=photo.pk), user=user, **changes)


def edit_photos(photos: PhotoQuerySet, *, user: AbstractBaseUser, **changes: Any) -> EditOutcome:
    """Set description, importance or the archive of photos that `user` sees."""
    return apply_statement(photos, user=user, statement=set_details(**changes))


def set_details(**changes: Any) -> Statement:
    """Set description, importance or `archived`; an empty description and no importance clear what others state."""
    if "description" in changes:
        changes["description"] = remove_invisible(changes["description"])
    claims = {field: value if value or value is False else None for field, value in changes.items()}
    return Statement(tuple(claims), lambda _photo: claims)
