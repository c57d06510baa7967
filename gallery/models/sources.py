"""The origins of a photo's bytes, and the merges of near-duplicates."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from gallery.models.folded import FoldedField, FoldedModel, FoldedQuerySet
from gallery.models.imports import ImportJob
from gallery.storage.identities import IdentityField, identity_of
from gallery.storage.path_names import Places


class PhotoSource(FoldedModel):
    """An origin of a photo's bytes, with the details from its sidecar and folders."""

    UPLOAD = "upload"
    UPLOAD_IDENTITY = identity_of(UPLOAD.encode())

    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="sources")
    path = models.TextField(help_text="Path of the imported file as shown, or “upload”.")
    identity = IdentityField()
    filename = models.CharField(max_length=255, blank=True, help_text="Name of an uploaded file.")
    folded_path = FoldedField(of="path")
    is_copy = models.BooleanField(default=True, help_text="The original is a copy below MEDIA_ROOT, ours to delete.")
    is_present = models.BooleanField(default=True, help_text="The file existed at the last check.")
    job = models.ForeignKey(ImportJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="sources")
    modified_at = models.DateTimeField(null=True, blank=True)
    albums = models.JSONField(default=list, blank=True)
    account = models.TextField(blank=True)
    conversation = models.TextField(blank=True)
    sidecar = models.TextField(blank=True, help_text="Path of the sidecar.")
    is_archived = models.BooleanField(default=False)
    sidecar_content = models.BinaryField(default=b"", db_default=b"", help_text="The bytes of an XMP sidecar.")
    claims = models.JSONField(
        default=dict,
        blank=True,
        help_text="Values that name, folder, sidecar and file time state (`gallery.claims`).",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FoldedQuerySet["PhotoSource"].as_manager()

    class Meta:
        constraints = [
            # An import adds a source to that of another one if the same file states something else by now.
            models.UniqueConstraint(fields=["photo", "identity", "filename", "job"], name="photo_source_unique")
        ]
        indexes = [models.Index(fields=["identity"], name="photo_source_identity")]

    def __str__(self) -> str:
        return self.path

    def places(self, *, shows_paths: bool) -> Places:
        """Return the names of `path` and `sidecar` as `user` may see them."""
        return self.job.places(shows_paths=shows_paths) if self.job else Places(shows_paths=shows_paths)


class PhotoMerge(models.Model):
    """A merge of near-duplicates: what the others state about the photo that stays, and what undo needs."""

    photo = models.ForeignKey("gallery.Photo", on_delete=models.CASCADE, related_name="merges")
    trashed_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="Ids of the near-duplicates that were moved to the trash."
    )
    merged_at = models.DateTimeField(help_text="Equals `trashed_at` of the near-duplicates.")
    previous_values = models.JSONField(
        default=dict,
        help_text="`metadata` and the values `by_hand`, both `before` and `after` the merge; ids of joined `albums`.",
    )
    source = models.ForeignKey(
        PhotoSource, on_delete=models.SET_NULL, null=True, related_name="+", help_text="The source that gained albums."
    )
    claims = models.JSONField(default=dict, help_text="Values that the near-duplicates state (`gallery.claims`).")
    previous_albums = models.JSONField(default=list, help_text="Albums of `source` before the merge.")
    edited_at_before = models.DateTimeField(null=True)
    edited_at_after = models.DateTimeField(
        null=True, help_text="`edited_at` right after the merge; differs if the photo was edited since."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "merged_at"], name="photo_merge_unique")]
        indexes = [models.Index(fields=["merged_at"], name="photo_merge_merged_at")]

    def __str__(self) -> str:
        return f"{self.merged_at}"
