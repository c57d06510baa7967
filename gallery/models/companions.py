"""Files that belong to a photo: its camera raw, and the film of a live or motion photo."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.models.imports import ImportJob
from gallery.storage.identities import IdentityField


class PhotoCompanion(models.Model):
    """A file kept beside a photo, with the same rights; deleted with the photo."""

    class Role(models.TextChoices):
        """The part that the file plays (`gallery.sources.companions`)."""

        RAW = "raw", _("camera raw")
        FILM = "film", _("film")

    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="companions")
    role = models.CharField(max_length=4, choices=Role)
    file = models.TextField(help_text="Path: relative to MEDIA_ROOT, or absolute if the file was left in place.")
    filename = models.CharField(max_length=255)
    file_size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    path = models.TextField(help_text="Path of the imported file as shown.")
    identity = IdentityField()
    modified_at = models.DateTimeField(null=True)
    job = models.ForeignKey(ImportJob, on_delete=models.SET_NULL, null=True, related_name="companions")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "sha256"], name="photo_companion_unique")]
        indexes = [
            models.Index(fields=["identity"], name="photo_companion_identity"),
            models.Index(fields=["sha256"], name="photo_companion_sha256"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def place(self) -> Path:
        """Absolute path of the file."""
        return Path(settings.MEDIA_ROOT, self.file)

    @property
    def is_copy(self) -> bool:
        """True if the file is below MEDIA_ROOT, ours to delete."""
        return not self.file.startswith("/")
