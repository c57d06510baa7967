"""Changes by hand of one or many photos, kept for undo."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class PhotoEdit(models.Model):
    """One change by a user, of the same fields of one or many photos."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    fields = ArrayField(models.CharField(max_length=16), help_text="The fields of `Photo.claims` that were changed.")
    edited_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["edited_at"], name="photo_edit_edited_at")]

    def __str__(self) -> str:
        return f"{self.edited_at}"


class EditedPhoto(models.Model):
    """The values of a photo by hand before and after an edit, by field; a field without one is left out."""

    edit = models.ForeignKey(PhotoEdit, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edit", "photo"], name="edited_photo_unique")]

    def __str__(self) -> str:
        return f"{self.photo_id}"
