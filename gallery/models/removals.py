"""Photos removed from a gallery, for clients that keep a copy of it."""

from django.conf import settings
from django.db import models


class PhotoRemoval(models.Model):
    """A photo removed from its owner's gallery: in the bin, or deleted for good.

    Triggers write and remove these rows (migration 0013); the database removes them with their owner.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    photo_id = models.BigIntegerField()
    removed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "photo_id"], name="photo_removal_unique")]
        indexes = [models.Index(fields=["owner", "removed_at", "id"], name="photo_removal_latest")]

    def __str__(self) -> str:
        return f"{self.photo_id}"
