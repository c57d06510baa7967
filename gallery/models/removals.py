"""Removed photos, for clients that synchronise a copy of a gallery."""

from django.conf import settings
from django.db import models


class PhotoRemoval(models.Model):
    """A photo that was moved to the trash or permanently deleted.

    Database triggers insert and delete these rows (see the initial migration), and a foreign key deletes them with
    their owner.
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
