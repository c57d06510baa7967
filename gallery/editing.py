"""Change what a person says about a photo."""

from functools import partial

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from gallery.models import Photo
from gallery.tasks import enqueue_indexing


def edit_photo(photo: Photo, *, user: AbstractBaseUser, description: str, importance: int) -> None:
    """Set both, and have the keyword index learn of it; nothing happens to a photo that is not `user`'s."""
    with transaction.atomic():
        own = Photo.objects.visible_to(user).filter(pk=photo.pk)
        if own.update(description=description, importance=importance, revision=F("revision") + 1):
            transaction.on_commit(partial(enqueue_indexing, [photo.pk]))
