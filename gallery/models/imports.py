"""An import as an object: what was asked for, how far it is, and a ledger with what became of every file."""

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

from gallery.storage.path_names import Places


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    """Imports, narrowed to those that a person may see."""

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "ImportJobQuerySet":
        """The imports into `user`'s gallery, file by file; those that they started for others are the others'."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def followed_by(self, user: AbstractBaseUser | AnonymousUser) -> "ImportJobQuerySet":
        """Those whose progress `user` may follow and steer: into their gallery, or started by them for another."""
        return self.filter(Q(owner_id=user.pk) | Q(started_by_id=user.pk)) if user.pk else self.none()

    def get_visible_or_404(self, job_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "ImportJob":
        """Return an import into `user`'s gallery. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.visible_to(user), pk=job_id)

    def get_followed_or_404(self, job_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "ImportJob":
        """Return an import that `user` may follow, with its owner. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.followed_by(user).select_related("owner"), pk=job_id)


class ImportJob(models.Model):
    """Many files brought into one person's gallery at once, or for ever after.

    `report` and `tally` count verdicts, reasons, kinds of dates and bytes: as foreseen by the check, and as done.
    """

    class Mode(models.TextChoices):
        """What becomes of the files."""

        COPY = "copy", _("copied into the gallery")
        IN_PLACE = "in_place", _("left in their place")

    class State(models.TextChoices):
        """How far the import is."""

        CHECKING = "checking", _("being checked")
        READY = "ready", _("checked")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        WATCHING = "watching", _("watching for new files")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("stopped by an error")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    # In these a worker has something to do.
    BUSY = (State.CHECKING, State.RUNNING, State.UNDOING)
    # States in which no archive is read any more.
    OVER = (State.FINISHED, State.CANCELLED, State.UNDOING, State.UNDONE)
    # States in which an import waits for its user, and the time after which its archive is removed.
    PATIENCE = {State.READY: timedelta(days=1), State.PAUSED: timedelta(days=7), State.FAILED: timedelta(days=7)}

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    roots = models.JSONField(help_text=_("Paths of a folder, or of zip archives."))
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.COPY)
    profile = models.CharField(max_length=20, default="auto", help_text=_("Which source the files are read as."))
    importance = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(5)])
    min_side = models.PositiveIntegerField(default=0, help_text=_("Pictures narrower or lower are passed over."))
    ignore = models.JSONField(default=list, help_text=_("Patterns of paths that are passed over."))
    wants_features = models.BooleanField(default=True)
    wants_text = models.BooleanField(default=True)
    watch = models.BooleanField(default=False)
    idempotency_key = models.CharField(
        max_length=255,
        blank=True,
        default="",
        help_text=_("Idempotency key from the client; repeating it starts no second import."),
    )
    is_upload = models.BooleanField(default=False, help_text=_("The archives are ours, and go when all is read."))

    state = models.CharField(max_length=9, choices=State, default=State.RUNNING)
    error = models.TextField(blank=True)
    expected = models.PositiveIntegerField(null=True, help_text=_("So many files there are, once they are counted."))
    report = models.JSONField(default=dict)
    tally = models.JSONField(default=dict)
    reading = models.JSONField(
        default=dict, help_text=_("Paths whose reading was begun and not ended, and how often it was begun.")
    )
    pass_began_at = models.DateTimeField(null=True)
    pass_began_with = models.PositiveIntegerField(
        default=0, help_text=_("So many files had been looked at when the present pass began.")
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
        """The last parts of the paths."""
        return ", ".join(PurePath(root).name or root for root in self.roots)

    @property
    def archive_bytes(self) -> int:
        """Return the size of the uploaded archives in bytes."""
        roots = [Path(root) for root in self.roots] if self.is_upload else []
        return sum(root.stat().st_size for root in roots if root.is_file())

    @property
    def removed_at(self) -> datetime | None:
        """Return when the waiting import will be cancelled and its archive removed."""
        if not self.is_upload or self.state not in self.PATIENCE:
            return None
        return (self.heartbeat or self.created_at) + self.PATIENCE[self.State(self.state)]

    @property
    def is_busy(self) -> bool:
        """A worker has something to do."""
        return self.state in self.BUSY

    @property
    def counts(self) -> dict[str, Any]:
        """What is done; before anything is, what is foreseen."""
        return self.tally or self.report

    @property
    def seen(self) -> int:
        """How many files were looked at in the present state."""
        numbers = self.report if self.state in (self.State.CHECKING, self.State.READY) else self.tally
        return sum(numbers.get(verdict, 0) for verdict in ImportItem.Verdict.values)

    @property
    def files_per_second(self) -> float:
        """How fast the present pass looks at files; 0 while that cannot be told."""
        if not self.pass_began_at or not self.heartbeat or self.heartbeat <= self.pass_began_at:
            return 0.0
        return max(0, self.seen - self.pass_began_with) / (self.heartbeat - self.pass_began_at).total_seconds()

    @property
    def ends_at(self) -> datetime | None:
        """When it will have looked at all files, if it goes on like this."""
        if not self.expected or not self.heartbeat or not self.files_per_second:
            return None
        return self.heartbeat + timedelta(seconds=max(0, self.expected - self.seen) / self.files_per_second)


class ImportItem(models.Model):
    """What became of one file of an import, or what the check foresees."""

    class Verdict(models.TextChoices):
        """What became of it."""

        NEW = "new", _("new")
        DUPLICATE = "duplicate", _("duplicate")
        KNOWN = "known", _("already imported")
        PASSED_OVER = "passed_over", _("passed over")
        REFUSED = "refused", _("cannot be read")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="items")
    path = models.TextField()
    verdict = models.CharField(max_length=11, choices=Verdict)
    reason = models.TextField(blank=True, help_text=_("Why it was passed over (a word) or refused (a sentence)."))
    is_foreseen = models.BooleanField(default=False, help_text=_("Said by the check; nothing is done as yet."))
    photo = models.ForeignKey("gallery.Photo", on_delete=models.SET_NULL, null=True, related_name="+")
    created = models.BooleanField(default=False, help_text=_("The photo came into being by this file."))
    filled = models.JSONField(default=dict, help_text=_("What it added to an older photo: field, before and after."))
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    modified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "path"], name="import_item_unique")]
        indexes = [
            models.Index(fields=["job", "verdict", "id"], name="import_item_verdict"),
            models.Index(fields=["job", "sha256"], name="import_item_digest"),
        ]

    def __str__(self) -> str:
        return self.path

    @property
    def is_folder(self) -> bool:
        """A whole folder that was passed over."""
        return self.path.endswith("/")
