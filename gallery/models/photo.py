"""A user's photos, where their bytes came from, and the attempts to process them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import HashIndex
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.models.imports import ImportJob
from gallery.pictures.images import THUMBNAIL_VERSION
from gallery.storage.path_names import Places, without_paths

MAX_IMPORTANCE = 5
MAX_ATTEMPTS = 3
# A step begun for a photo is not begun again sooner: it may be running, and what failed may need a moment to come back.
RETRY_DELAY = timedelta(seconds=10)


class LocalDateTimeField(models.DateTimeField):
    """Date and time as a camera's clock showed them: naive, PostgreSQL's `timestamp without time zone`."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002  (Django's signature)
        return "timestamp"

    def get_prep_value(self, value: Any) -> Any:
        # DateTimeField would warn of the missing zone and add one.
        return self.to_python(value)


class PhotoQuerySet(models.QuerySet["Photo"]):
    """Photos, always narrowed to one person's."""

    def belonging_to(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """All photos of `user`, those in the bin too; nobody else's, for administrators too."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """The photos that `user` may see wherever photos are shown or found: their own, but for those in the bin."""
        return self.belonging_to(user).filter(trashed_at=None)

    def get_visible_or_404(self, photo_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "Photo":
        """Return a photo that `user` may see. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.visible_to(user), pk=photo_id)

    def trashed_by(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """The photos that lie in the bin of `user`."""
        return self.belonging_to(user).filter(trashed_at__isnull=False)

    def awaiting(self, step: "Step", version: str) -> "PhotoQuerySet":
        """Those for which `step` may begin, newest first: without a defect, neither begun just now nor too often.

        Whether they lack the step's output is for the caller to add.
        """
        barred = StepAttempt.objects.filter(
            Q(attempts__gte=MAX_ATTEMPTS) | Q(failed_at__gt=timezone.now() - RETRY_DELAY),
            photo=OuterRef("pk"),
            step=step,
            version=version,
        )
        return self.filter(~Exists(barred), defect="").order_by("-pk")

    def missing_thumbnails(self) -> "PhotoQuerySet":
        """Those without thumbnails of the current version, newest first."""
        return self.awaiting(Step.THUMBNAILS, str(THUMBNAIL_VERSION)).filter(thumbnail_version__lt=THUMBNAIL_VERSION)


class Photo(models.Model):
    """A stored picture of one user; its bytes are unique within that user's gallery."""

    class DateSource(models.TextChoices):
        """How `taken_at` is known, most trustworthy first."""

        PERSON = "person", _("set by hand")
        EXIF = "exif", _("camera (EXIF)")
        SIDECAR = "sidecar", _("side-car file")
        GPS = "gps", _("satellites (GPS)")
        FILENAME = "filename", _("file name")
        FOLDER = "folder", _("folder")
        FILE = "file", _("file time")

    class Kind(models.TextChoices):
        """What rules can tell of a picture (`gallery.sources.kinds`); empty: nothing."""

        PHOTO = "photo", _("photo")
        SCREENSHOT = "screenshot", _("screenshot")
        MEME = "meme", _("meme or sticker")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(
        max_length=2000,
        blank=True,
        help_text=_("Path of the original: below MEDIA_ROOT, or absolute where it was left in its place."),
    )
    filename = models.CharField(max_length=255, help_text=_("Name of the file as it was uploaded."))
    extension = models.CharField(max_length=8, help_text=_("Of the decoded format, lower case, without dot."))
    width = models.PositiveIntegerField(help_text=_("In pixels, as seen: after EXIF turning."))
    height = models.PositiveIntegerField(help_text=_("In pixels, as seen: after EXIF turning."))
    file_size = models.PositiveBigIntegerField(help_text=_("In bytes."))
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    sha1 = models.CharField(max_length=40)

    taken_at = LocalDateTimeField(null=True, blank=True, help_text=_("Local time where the picture was taken."))
    taken_offset = models.SmallIntegerField(null=True, blank=True, help_text=_("Minutes east of UTC, where known."))
    date_source = models.CharField(max_length=8, choices=DateSource, blank=True)
    kind = models.CharField(max_length=16, choices=Kind, blank=True, default="")
    importance = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MAX_IMPORTANCE)])
    description = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True, help_text=_("EXIF: camera, lens, exposure, position …"))

    wants_features = models.BooleanField(default=True, help_text=_("It shall be found by what it shows."))
    wants_text = models.BooleanField(default=True, help_text=_("The text in it shall be recognised."))
    defect = models.TextField(blank=True, help_text=_("Why the picture cannot be decoded; empty: it can."))
    revision = models.PositiveIntegerField(default=1, help_text=_("Bumped with every change of an indexed field."))
    thumbnail_version = models.PositiveSmallIntegerField(default=0, help_text=_("0: there are no thumbnails yet."))
    placeholder = models.BinaryField(
        default=b"",
        db_default=b"",
        help_text=_("Some pixels to show until the thumbnail has come (pictures.images)."),
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text=_("When this row, or the text in the picture, last changed.")
    )
    edited_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When a person last changed what is said of it.")
    )
    trashed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was put into the bin, together with others of the same moment.")
    )
    dated_at = models.GeneratedField(
        expression=Coalesce(
            "taken_at", Func(Value("UTC"), "uploaded_at", function="timezone", output_field=LocalDateTimeField())
        ),
        output_field=LocalDateTimeField(),
        db_persist=True,
        help_text=_("Its place in the timeline: when it was taken, or else uploaded."),
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="photo_unique_per_owner"),
            models.CheckConstraint(condition=Q(importance__lte=MAX_IMPORTANCE), name="photo_importance_0_to_5"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="photo_newest_first"),
            models.Index(fields=["thumbnail_version"], name="photo_thumbnail_version"),
            # Says cheaply that a file's bytes cannot be known, and how many bytes a person has stored.
            models.Index(fields=["owner", "file_size"], name="photo_owner_size"),
            # Holds all that the timeline's outline is made of, so that no row of the table need be read for it.
            models.Index(
                fields=["owner", "-dated_at", "-id"],
                include=["width", "height"],
                condition=Q(trashed_at=None),
                name="photo_timeline",
            ),
            models.Index(
                fields=["owner", "-trashed_at", "-id"], condition=Q(trashed_at__isnull=False), name="photo_bin"
            ),
            # Clients that keep a copy of a gallery query by change time.
            models.Index(fields=["owner", "changed_at", "id"], name="photo_owner_changed"),
            # Clients ask by these whether a file is here already.
            models.Index(fields=["owner", "md5"], name="photo_owner_md5"),
            models.Index(fields=["owner", "sha1"], name="photo_owner_sha1"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> Path:
        """Where the original lies."""
        return Path(settings.MEDIA_ROOT, str(self.file.name))

    @property
    def is_in_place(self) -> bool:
        """The original lies where its owner put it, and is not ours to change."""
        return str(self.file.name).startswith("/")


class PhotoSource(models.Model):
    """One place that a photo's bytes came from, and what was known of them there."""

    UPLOAD = "upload"

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="sources")
    path = models.TextField(help_text=_("“upload”, or the path of the file."))
    managed = models.BooleanField(default=True, help_text=_("Ours to delete: a copy below MEDIA_ROOT."))
    present = models.BooleanField(default=True, help_text=_("The file was there when last looked for."))
    job = models.ForeignKey(ImportJob, on_delete=models.SET_NULL, null=True, blank=True, related_name="sources")
    modified_at = models.DateTimeField(null=True, blank=True)
    albums = models.JSONField(default=list, blank=True)
    account = models.TextField(blank=True)
    conversation = models.TextField(blank=True)
    sidecar = models.TextField(blank=True, help_text=_("Path of the file that came with it and described it."))
    is_archived = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "path"], name="photo_source_unique")]
        indexes = [HashIndex(fields=["path"], name="photo_source_path")]

    def __str__(self) -> str:
        return self.path

    def places(self, *, shows_paths: bool) -> Places:
        """Return the names of `path` and `sidecar` as `user` may see them."""
        return self.job.places(shows_paths=shows_paths) if self.job else Places(shows_paths=shows_paths)


class PhotoMerge(models.Model):
    """What a photo was before it took over what was known of others, which went into the bin at `moment`."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="merges")
    others = ArrayField(models.BigIntegerField(), default=list, help_text=_("The numbers of those that went."))
    moment = models.DateTimeField()
    before = models.JSONField(default=dict, help_text=_("The fields that were changed, as they were."))
    source = models.ForeignKey(
        PhotoSource, on_delete=models.SET_NULL, null=True, related_name="+", help_text=_("Where albums were added.")
    )
    albums = models.JSONField(default=list, help_text=_("Those of this source, as they were."))
    edited_before = models.DateTimeField(null=True)
    edited_at = models.DateTimeField(
        null=True, help_text=_("Of the photo just after: who edits it later sets another.")
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "moment"], name="photo_merge_unique")]
        indexes = [models.Index(fields=["moment"], name="photo_merge_moment")]

    def __str__(self) -> str:
        return f"{self.moment}"


class Step(models.TextChoices):
    """The steps that process a photo, each on its own."""

    THUMBNAILS = "thumbnails", _("thumbnails")
    EMBEDDING = "embedding", _("picture features")
    TEXT = "text", _("text recognition")
    INDEX = "index", _("keyword index")


class StepAttempt(models.Model):
    """A step begun for a photo and not finished: counted before the work, so that a killed worker is counted too.

    The row goes when the step succeeds. `version` is that of the step's output (an encoder's model, an OCR engine …):
    a new version gets new attempts.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="step_attempts")
    step = models.CharField(max_length=10, choices=Step)
    version = models.CharField(max_length=100)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    failed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["photo", "step", "version"], name="step_attempt_unique")]
        indexes = [models.Index(fields=["step", "version", "attempts"], name="step_attempt_exhausted")]

    def __str__(self) -> str:
        return f"{self.step} {self.attempts}/{MAX_ATTEMPTS}"

    @property
    def is_final(self) -> bool:
        """Nothing tries again until somebody asks."""
        return self.attempts >= MAX_ATTEMPTS

    @property
    def reason(self) -> str:
        """Return `error` for administrators: of an exception only its name; the log has the rest.

        Messages of exceptions quote paths, names and checksums, which are the owner's private data.
        """
        name, colon, _message = self.error.partition(": ")
        return name if colon and name.isidentifier() else without_paths(self.error)


class DocumentRemoval(models.Model):
    """A photo, deleted or found broken, that may still stand in the keyword index; the row goes when it does not."""

    photo_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.photo_id)
