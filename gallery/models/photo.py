"""The photos of all users; every query for photos starts with one of the methods that narrow it to a user."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.postgres.fields import BigIntegerRangeField
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Now
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.metadata.reading import METADATA_VERSION
from gallery.models.attempts import MAX_ATTEMPTS, RETRY_DELAY, Step, StepAttempt
from gallery.models.folded import FoldedField, FoldedModel, FoldedQuerySet
from gallery.models.witnesses import Witness
from gallery.pictures.images import THUMBNAIL_VERSION

MAX_IMPORTANCE = 5
PIXEL_STEPS = {Step.THUMBNAILS, Step.EMBEDDING, Step.TEXT}


class LocalDateTimeField(models.DateTimeField):
    """The local date and time on a camera's clock: naive, stored as PostgreSQL's `timestamp without time zone`."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002  (Django's signature)
        return "timestamp"

    def get_prep_value(self, value: Any) -> Any:
        # DateTimeField would warn about the missing time zone and add one.
        return self.to_python(value)


class PhotoQuerySet(FoldedQuerySet["Photo"]):
    """Photos, narrowed to one user or to those that need processing."""

    def belonging_to(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """Return the photos of `user`, including the trash. Administrators get only their own, too."""
        return self.filter(owner_id=user.pk) if user.pk else self.none()

    def visible_to(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """Return the photos of `user` outside the trash: those that lists and searches show."""
        return self.belonging_to(user).filter(trashed_at=None)

    def get_visible_or_404(self, photo_id: int, *, user: AbstractBaseUser | AnonymousUser) -> "Photo":
        """Return a photo that `user` may see. Raises Http404 if there is none with this id."""
        return get_object_or_404(self.visible_to(user), pk=photo_id)

    def in_timeline_of(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """Return the photos of `user` outside the trash and the archive."""
        return self.visible_to(user).filter(is_archived=False)

    def trashed_by(self, user: AbstractBaseUser | AnonymousUser) -> "PhotoQuerySet":
        """Return the photos in the trash of `user`."""
        return self.belonging_to(user).filter(trashed_at__isnull=False)

    def awaiting(self, step: "Step", version: str) -> "PhotoQuerySet":
        """Return photos for which `step` may start, newest first; callers add the filter for missing output.

        Excludes exhausted attempts, attempts within the last RETRY_DELAY, and, where the step needs pixels, photos
        without any.
        """
        barred = StepAttempt.objects.filter(
            Q(attempts__gte=MAX_ATTEMPTS) | Q(failed_at__gt=timezone.now() - RETRY_DELAY),
            photo=OuterRef("pk"),
            step=step,
            version=version,
        )
        photos = self.filter(~Exists(barred)).order_by("-pk")
        return photos.filter(defect="") if step in PIXEL_STEPS else photos

    def expected_to_pass(self, step: "Step", version: str) -> "PhotoQuerySet":
        """Return photos from which the output of `step` is wanted, without those whose failure is dismissed."""
        dismissed = StepAttempt.objects.filter(photo=OuterRef("pk"), dismissed_at__isnull=False)
        photos = self.exclude(Exists(dismissed.filter(step=step, version=version)))
        if step in PIXEL_STEPS:
            photos = photos.exclude(~Q(defect="") & Exists(dismissed))
        if step == Step.TEXT:
            return photos.filter(wants_text=True)
        return photos.filter(wants_embedding=True) if step == Step.EMBEDDING else photos

    def missing_thumbnails(self) -> "PhotoQuerySet":
        """Return photos without thumbnails of the current version and rotation, newest first."""
        untried = self.awaiting(Step.THUMBNAILS, str(THUMBNAIL_VERSION))
        return untried.filter(Q(thumbnail_version__lt=THUMBNAIL_VERSION) | ~Q(thumbnail_rotation=F("rotation")))

    def missing_metadata(self) -> "PhotoQuerySet":
        """Return photos whose metadata the current version has not read, newest first; broken ones have some, too."""
        untried = self.awaiting(Step.METADATA, str(METADATA_VERSION))
        return untried.filter(metadata_version__lt=METADATA_VERSION)


def camera_name(metadata: dict[str, Any] | None) -> str:
    """Return make and model of the camera in a photo's metadata."""
    names = (metadata or {}).get("make"), (metadata or {}).get("model")
    return " ".join(str(name) for name in names if name)


def lens_name(metadata: dict[str, Any] | None) -> str:
    """Return the lens in a photo's metadata."""
    return str((metadata or {}).get("lens") or "")


def label_lines(labels: dict[str, Any] | None) -> str:
    """Return title, keywords and names of people, one a line."""
    labels = labels or {}
    lines = [labels.get("title"), *labels.get("keywords", ()), *labels.get("people", ())]
    return "\n".join(str(line) for line in lines if line)


class Photo(FoldedModel):
    """A stored picture of one user, unique among their photos by its SHA-256."""

    class Kind(models.TextChoices):
        """The kind of picture, derived from names and metadata by `gallery.sources.kinds`."""

        PHOTO = "photo", _("photo")
        SCREENSHOT = "screenshot", _("screenshot")
        MEME = "meme", _("meme or sticker")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="photos")
    file = models.FileField(
        max_length=2000,
        blank=True,
        help_text="Path of the original: relative to MEDIA_ROOT, or absolute if it was imported in place.",
    )
    filename = models.CharField(max_length=255, help_text="File name at the upload or import.")
    extension = models.CharField(max_length=8, help_text="Extension of the decoded format, in lower case, without dot.")
    width = models.PositiveIntegerField(help_text="In pixels, after all rotation.")
    height = models.PositiveIntegerField(help_text="In pixels, after all rotation.")
    rotation = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Degrees clockwise by hand, after EXIF rotation: 0, 90, 180 or 270."
    )
    is_animated = models.BooleanField(default=False, help_text="It has several frames, which browsers play.")
    file_size = models.PositiveBigIntegerField(help_text="In bytes.")
    film_bytes = BigIntegerRangeField(null=True, blank=True, help_text="The bytes of the original that hold a film.")
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    sha1 = models.CharField(max_length=40)

    taken_at = LocalDateTimeField(null=True, blank=True, help_text="Local time at the place of capture.")
    taken_offset = models.SmallIntegerField(null=True, blank=True, help_text="Minutes east of UTC, if known.")
    date_source = models.CharField(max_length=8, choices=Witness, blank=True)
    kind = models.CharField(max_length=16, choices=Kind, blank=True, default="")
    is_archived = models.BooleanField(default=False, db_default=False, help_text="Left out of the timeline.")
    importance = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(MAX_IMPORTANCE)])
    description = models.TextField(blank=True)
    labels = models.JSONField(default=dict, blank=True, help_text="Title, keywords and names of people.")
    latitude = models.FloatField(null=True, blank=True, help_text="In degrees.")
    longitude = models.FloatField(null=True, blank=True, help_text="In degrees.")
    altitude = models.FloatField(null=True, blank=True, help_text="In metres.")
    place_source = models.CharField(max_length=8, choices=Witness, blank=True)
    place = models.ForeignKey(
        "gallery.Place", on_delete=models.SET_NULL, null=True, blank=True, related_name="photos", editable=False
    )
    metadata = models.JSONField(default=dict, blank=True, help_text="EXIF: camera, lens, exposure, location …")
    claims = models.JSONField(
        default=dict, blank=True, help_text="Values that the file's bytes and the owner state (`gallery.claims`)."
    )
    metadata_version = models.PositiveSmallIntegerField(default=0, help_text="0 before the metadata step.")
    folded_filename = FoldedField(of="filename")
    folded_description = FoldedField(of="description")
    folded_camera = FoldedField(of="metadata", read=camera_name)
    folded_lens = FoldedField(of="metadata", read=lens_name)
    folded_labels = FoldedField(of="labels", read=label_lines)

    wants_embedding = models.BooleanField(
        default=True, help_text="Compute an embedding, to find the photo by its content."
    )
    wants_text = models.BooleanField(default=True, help_text="Recognise the text in the photo.")
    defect = models.TextField(blank=True, help_text="Why the file cannot be decoded; empty if it can.")
    note = models.TextField(blank=True, db_default="", help_text="What is wrong with a file that can be shown.")
    revision = models.PositiveIntegerField(default=1, help_text="Incremented with every change of an indexed field.")
    thumbnail_version = models.PositiveSmallIntegerField(default=0, help_text="0 before the first thumbnails.")
    thumbnail_rotation = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="The rotation with which the thumbnails were made."
    )
    placeholder = models.BinaryField(
        default=b"",
        db_default=b"",
        help_text="A few pixels shown while the thumbnail loads (`gallery.pictures.images`).",
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(
        db_default=Now(), editable=False, help_text="Last change of this row or of the recognised text."
    )
    edited_at = models.DateTimeField(null=True, blank=True, help_text="Last change by a user.")
    trashed_at = models.DateTimeField(null=True, blank=True, help_text="Equal for photos moved to the trash together.")
    dated_at = models.GeneratedField(
        expression=Coalesce(
            "taken_at", Func(Value("UTC"), "uploaded_at", function="timezone", output_field=LocalDateTimeField())
        ),
        output_field=LocalDateTimeField(),
        db_persist=True,
        help_text="Position in the timeline: `taken_at`, or `uploaded_at` if unknown.",
    )

    objects = PhotoQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "sha256"], name="photo_unique_per_owner"),
            models.CheckConstraint(condition=Q(importance__lte=MAX_IMPORTANCE), name="photo_importance_0_to_5"),
            models.CheckConstraint(condition=Q(rotation__in=[0, 90, 180, 270]), name="photo_rotation_right_angles"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="photo_newest_first"),
            models.Index(fields=["thumbnail_version"], name="photo_thumbnail_version"),
            models.Index(
                fields=["-id"], condition=~Q(thumbnail_rotation=F("rotation")), name="photo_thumbnail_rotation"
            ),
            models.Index(fields=["metadata_version"], name="photo_metadata_version"),
            # A quick check that no stored file has the same size, and the sum of sizes for the quota.
            models.Index(fields=["owner", "file_size"], name="photo_owner_size"),
            # Covers the timeline's outline, which reads no table rows.
            models.Index(
                fields=["owner", "-dated_at", "-id"],
                include=["width", "height", "is_archived", "importance"],
                condition=Q(trashed_at=None),
                name="photo_timeline",
            ),
            # Counts the photos of each place, and finds the latest one.
            models.Index(
                fields=["owner", "place", "-id"],
                condition=Q(trashed_at=None, place__isnull=False, defect=""),
                name="photo_places",
            ),
            models.Index(
                fields=["owner", "-trashed_at", "-id"], condition=Q(trashed_at__isnull=False), name="photo_trash"
            ),
            # For clients that synchronise a copy of the gallery.
            models.Index(fields=["owner", "changed_at", "id"], name="photo_owner_changed"),
            # For clients that check for duplicates before an upload.
            models.Index(fields=["owner", "md5"], name="photo_owner_md5"),
            models.Index(fields=["owner", "sha1"], name="photo_owner_sha1"),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> Path:
        """Absolute path of the original."""
        return Path(settings.MEDIA_ROOT, str(self.file.name))

    @property
    def animation(self) -> int:
        """Bytes of the original if browsers play it as it is, otherwise 0."""
        return self.file_size if self.is_animated and not self.rotation else 0

    @property
    def thumbnail_key(self) -> int:
        """A number for the addresses of the thumbnails, another one for each version and rotation; 0 without any."""
        return self.thumbnail_version and self.thumbnail_version + self.thumbnail_rotation

    @property
    def turn(self) -> int:
        """Degrees clockwise by which the thumbnails are still to be turned."""
        return (self.rotation - self.thumbnail_rotation) % 360

    @property
    def is_in_place(self) -> bool:
        """True if the original was imported in place: it must not be changed or deleted."""
        return str(self.file.name).startswith("/")
