"""Files that arrive in pieces: the received bytes stay in a private file until the rest follows, or for a day."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.storage.files import ARCHIVES, open_private
from gallery.text.cleaning import clean_line

PARTIAL = "partial"
# An unfinished upload may continue this long, and a finished one still reports its result.
LIFETIME = timedelta(days=1)
# The page sends three files at a time. Beyond this number, the oldest unfinished upload is removed, so that abandoned
# uploads cannot fill the disk.
MAX_UNFINISHED = 50


class Arrival(models.TextChoices):
    """The state of an upload."""

    UNFINISHED = "unfinished", gettext_lazy("unfinished")
    CREATED = "created", gettext_lazy("stored as a new photo")
    DUPLICATE = "duplicate", gettext_lazy("already in the gallery")
    RESTORED = "restored", gettext_lazy("restored from the trash")
    WAITING = "waiting", gettext_lazy("complete archive, waiting for its import")
    REFUSED = "refused", gettext_lazy("refused")


class UploadRefusal(Exception):
    """A refused upload request; the message is a sentence for the user, `kind` determines the HTTP status."""

    kind = "invalid"
    upload: "PartialUpload | None" = None


class UploadBusy(UploadRefusal):
    """Another request is writing to this upload."""

    kind = "locked"

    def __init__(self) -> None:
        super().__init__(_("Another request is already sending this file."))


class PartialUpload(models.Model):
    """An upload in pieces; the size of the file at `path` is the number of received bytes."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partial_uploads")
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text=gettext_lazy("Size of the complete file in bytes."))
    sha256 = models.CharField(max_length=64, blank=True, help_text=gettext_lazy("As announced by the client."))
    modified_at = models.DateTimeField(null=True, help_text=gettext_lazy("Modification time of the client's file."))
    is_archive = models.BooleanField(default=False, help_text=gettext_lazy("A zip archive for an import."))
    album = models.ForeignKey(
        "gallery.Album",
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=gettext_lazy("The album that the photo is added to."),
    )
    touched_at = models.DateTimeField(auto_now=True)

    arrival = models.CharField(max_length=10, choices=Arrival, default=Arrival.UNFINISHED)
    detail = models.TextField(blank=True, help_text=gettext_lazy("Why the file was refused."))
    kind = models.CharField(max_length=30, blank=True, help_text=gettext_lazy("The API's problem type of a refusal."))
    photo = models.ForeignKey("gallery.Photo", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["owner", "touched_at"], name="partial_upload_oldest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> Path:
        """The file with the received bytes; an archive is already in the folder where its import reads it."""
        if self.is_archive:
            return Path(settings.MEDIA_ROOT, ARCHIVES, self.pk.hex, self.filename)
        return Path(settings.MEDIA_ROOT, PARTIAL, self.pk.hex)

    @property
    def offset(self) -> int:
        """The number of received bytes."""
        if self.is_finished:
            return self.size
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def is_finished(self) -> bool:
        """True once the file is stored or refused, or is a complete archive."""
        return self.arrival != Arrival.UNFINISHED

    @property
    def expires_at(self) -> datetime:
        """When the upload is removed if no further piece arrives."""
        return self.touched_at + LIFETIME


def create_upload(
    *,
    owner: AbstractBaseUser,
    filename: str,
    size: int,
    sha256: str = "",
    modified_at: datetime | None = None,
    is_archive: bool = False,
    album_id: int | None = None,
) -> PartialUpload:
    """Create an upload of `size` bytes; the filename of an archive must be safe for the disk."""
    unfinished = PartialUpload.objects.filter(owner_id=owner.pk, arrival=Arrival.UNFINISHED).order_by("-touched_at")
    for oldest in unfinished[MAX_UNFINISHED - 1 :]:
        remove_upload(oldest)
    return PartialUpload.objects.create(
        owner_id=owner.pk,
        filename=clean_line(filename)[:255],
        size=size,
        sha256=sha256,
        modified_at=modified_at,
        is_archive=is_archive,
        album_id=album_id,
    )


def waiting_archives(*, owner: AbstractBaseUser) -> models.QuerySet[PartialUpload]:
    """Return complete archives of `owner` that no import has taken."""
    return PartialUpload.objects.filter(owner_id=owner.pk, arrival=Arrival.WAITING)


@contextmanager
def open_upload(upload: PartialUpload) -> Iterator[IO[bytes]]:
    """Open the received bytes for reading and writing, positioned at the end, and refresh `upload`.

    The kernel holds the lock, so that it ends with a killed process.

    Raises:
        UploadBusy: another request has it open.
    """
    with open_private(upload.path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy from error
        # Another request may have finished the upload before the lock was taken.
        upload.refresh_from_db()
        file.seek(0, 2)
        yield file


def finish_upload(
    upload: PartialUpload, arrival: Arrival, *, photo_id: int | None = None, detail: str = "", kind: str = ""
) -> None:
    """Save the result, and remove the received bytes unless they are an archive that waits for its import."""
    upload.arrival, upload.photo_id, upload.detail, upload.kind = arrival, photo_id, detail, kind
    upload.save()
    if arrival != Arrival.WAITING:
        upload.path.unlink(missing_ok=True)


def remove_upload(upload: PartialUpload) -> None:
    """Delete the upload and its bytes, unless an import has taken the archive meanwhile."""
    path = upload.path
    deleted, _rows = upload.delete()
    if deleted:
        path.unlink(missing_ok=True)
        if upload.is_archive:
            with suppress(OSError):
                path.parent.rmdir()


def sweep_partial_uploads() -> int:
    """Remove uploads without activity for a day, and files without an upload; return their number."""
    swept = 0
    for upload in PartialUpload.objects.filter(touched_at__lt=timezone.now() - LIFETIME):
        remove_upload(upload)
        swept += 1
    # List the files before the rows: an upload that begins in between has no file in this list.
    paths = list(Path(settings.MEDIA_ROOT, PARTIAL).glob("*"))
    unfinished = PartialUpload.objects.filter(arrival=Arrival.UNFINISHED)
    needed = {pk.hex for pk in unfinished.values_list("pk", flat=True)}
    for path in paths:
        if path.name not in needed:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
