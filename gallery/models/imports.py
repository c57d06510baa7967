"""Imports with their options and progress, and their items, each with the verdict on one file."""

from datetime import datetime, timedelta
from pathlib import Path, PurePath
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from gallery.storage.identities import IdentityField
from gallery.storage.path_names import Places


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    """Imports, narrowed to those of a user."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ImportJobQuerySet":
        """Return the imports into the gallery of `user`, whose items they may see."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def followed_by(self, user: AbstractBaseUser | AnonymousUser) -> "ImportJobQuerySet":
        """Return the imports that `user` may follow and control: into their gallery, or started by them."""
        return self.filter(Q(owner_id=user.pk) | Q(started_by_id=user.pk)) if user.pk else self.none()

    def get_visible_or_404(self, job_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "ImportJob":
        """Return an import into `user`'s gallery. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.visible_to(user), pk=job_id)

    def get_followed_or_404(self, job_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "ImportJob":
        """Return an import that `user` may follow, with its owner. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.followed_by(user).select_related("owner", "album"), pk=job_id)


class ImportJob(models.Model):
    """An import of many files into the gallery of one user; a watched folder is imported continuously.

    `preview_counts` (from the preview) and `import_counts` (from the import) count files by verdict, with "bytes",
    "reasons" by reason and "dates" by source.
    """

    class Mode(models.TextChoices):
        """The place of the files: copied into the gallery, or left where they are."""

        COPY = "copy", _("copied into the gallery")
        IN_PLACE = "in_place", _("left in place")

    class State(models.TextChoices):
        """The state of an import."""

        CHECKING = "checking", _("creating preview")
        READY = "ready", _("preview ready")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        WATCHING = "watching", _("watching for new files")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("failed")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    # States in which a worker is busy.
    BUSY_STATES = (State.CHECKING, State.RUNNING, State.UNDOING)
    # States in which archives are no longer read.
    ENDED_STATES = (State.FINISHED, State.CANCELLED, State.UNDOING, State.UNDONE)
    # States in which an import waits for its user, and the time after which its archive is removed.
    WAITING_LIMITS = {State.READY: timedelta(days=1), State.PAUSED: timedelta(days=7), State.FAILED: timedelta(days=7)}

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    roots = models.JSONField(help_text="Path of a folder, or paths of zip archives.")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.COPY)
    profile = models.CharField(max_length=20, default="auto", help_text="Name of the source that reads the files.")
    importance = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(5)])
    min_side = models.PositiveIntegerField(default=0, help_text="Pictures with a shorter side are skipped.")
    ignore = models.JSONField(default=list, help_text="Patterns of skipped paths, as in .gitignore.")
    wants_embedding = models.BooleanField(default=True)
    wants_text = models.BooleanField(default=True)
    watch = models.BooleanField(default=False)
    album = models.ForeignKey(
        "gallery.Album",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The album that the photos are added to.",
    )
    makes_albums = models.BooleanField(default=False, help_text="Folders of pictures become albums.")
    archives = models.BooleanField(default=False, help_text="The photos go to the archive.")
    is_sample = models.BooleanField(default=False, help_text="The pictures of `load_samples`.")
    idempotency_key = models.CharField(
        max_length=255,
        blank=True,
        default="",
        help_text="Idempotency-Key of the client; the same key starts no second import.",
    )
    is_upload = models.BooleanField(
        default=False, help_text="The archives were uploaded and are deleted after the import."
    )

    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    error = models.TextField(blank=True)
    expected_files = models.PositiveIntegerField(null=True, help_text="Number of files; null before they are counted.")
    preview_counts = models.JSONField(default=dict)
    import_counts = models.JSONField(default=dict)
    unfinished_reads = models.JSONField(
        default=dict, help_text="Identities of files that were opened but never finished, with the number of attempts."
    )
    pass_started_at = models.DateTimeField(null=True)
    seen_before_pass = models.PositiveIntegerField(
        default=0, help_text="Value of `seen` when the current pass started."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    heartbeat = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(importance__lte=5), name="import_importance_0_to_5"),
            models.UniqueConstraint(
                fields=["started_by", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="import_idempotency_key_unique",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="import_newest_first"),
            models.Index(fields=["state"], name="import_state"),
        ]

    def __str__(self) -> str:
        return ", ".join(self.roots)

    def places(self, *, shows_paths: bool) -> Places:
        """Return the names of roots and files as `user` may see them."""
        return Places(self.roots, is_upload=self.is_upload, shows_paths=shows_paths)

    @property
    def name(self) -> str:
        """The last components of the paths."""
        return ", ".join(PurePath(root).name or root for root in self.roots)

    @property
    def archive_bytes(self) -> int:
        """Return the size of the uploaded archives in bytes."""
        roots = [Path(root) for root in self.roots] if self.is_upload else []
        return sum(root.stat().st_size for root in roots if root.is_file())

    @property
    def removed_at(self) -> datetime | None:
        """Return when the waiting import will be cancelled and its archive removed."""
        if not self.is_upload or self.state not in self.WAITING_LIMITS:
            return None
        return (self.heartbeat or self.created_at) + self.WAITING_LIMITS[self.State(self.state)]

    @property
    def is_busy(self) -> bool:
        """True while a worker is busy with it."""
        return self.state in self.BUSY_STATES

    @property
    def counts(self) -> dict[str, Any]:
        """The counts of the import, or of the preview before the import starts."""
        return self.import_counts or self.preview_counts

    @property
    def seen(self) -> int:
        """Number of files examined in the current state."""
        numbers = self.preview_counts if self.state in (self.State.CHECKING, self.State.READY) else self.import_counts
        return sum(numbers.get(verdict, 0) for verdict in ImportItem.Verdict.values)

    @property
    def files_per_second(self) -> float:
        """Speed of the current pass; 0 if unknown."""
        if not self.pass_started_at or not self.heartbeat or self.heartbeat <= self.pass_started_at:
            return 0.0
        return max(0, self.seen - self.seen_before_pass) / (self.heartbeat - self.pass_started_at).total_seconds()

    @property
    def ends_at(self) -> datetime | None:
        """Estimated end of the current pass; None if unknown."""
        if not self.expected_files or not self.heartbeat or not self.files_per_second:
            return None
        return self.heartbeat + timedelta(seconds=max(0, self.expected_files - self.seen) / self.files_per_second)


class ImportItem(models.Model):
    """The verdict on one file, or on one skipped folder, of an import or of its preview."""

    class Verdict(models.TextChoices):
        """The outcome for a file."""

        NEW = "new", _("new")
        DUPLICATE = "duplicate", _("duplicate")
        KNOWN = "known", _("already imported")
        SKIPPED = "skipped", _("skipped")
        FAILED = "failed", _("unreadable")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="items")
    path = models.TextField(help_text="Path as shown; several files can share it.")
    identity = IdentityField()
    verdict = models.CharField(max_length=11, choices=Verdict)
    reason = models.TextField(
        blank=True, help_text="Why the file was skipped (a key of `reasons`) or failed (a sentence)."
    )
    is_preview = models.BooleanField(default=False, help_text="From the preview; nothing is imported yet.")
    photo = models.ForeignKey("gallery.Photo", on_delete=models.SET_NULL, null=True, related_name="+")
    created_photo = models.BooleanField(default=False, help_text="This file created the photo.")
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    modified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "identity"], name="import_item_unique")]
        indexes = [
            models.Index(fields=["job", "verdict", "id"], name="import_item_verdict"),
            models.Index(fields=["job", "sha256"], name="import_item_digest"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def is_folder(self) -> bool:
        """True for a folder that was skipped as a whole."""
        return self.path.endswith("/")
