"""Files that arrive piece by piece: what has come lies privately until the rest follows, or for a day."""

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
from django.utils.translation import gettext_lazy as _

from gallery.storage.files import ARCHIVES, open_private
from gallery.text.legible import printable

PARTIAL = "partial"
# So long the rest may take to follow, and so long a finished upload can be asked what became of it.
LIFETIME = timedelta(days=1)
# A page sends three at a time. Of more that are begun and not finished the oldest goes: nobody fills the disk with
# beginnings.
MAX_UNFINISHED = 50
ARRIVED = 201


class UploadBusy(Exception):
    """Another request is writing to this upload."""


class PartialUpload(models.Model):
    """A file on its way; how much of it has come is the size of what lies at `path`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partial_uploads")
    filename = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text=_("In bytes, when it is complete."))
    sha256 = models.CharField(max_length=64, blank=True, help_text=_("As the sender says; empty: not said."))
    is_archive = models.BooleanField(default=False, help_text=_("A zip archive for an import, and no picture."))
    touched_at = models.DateTimeField(auto_now=True)

    status = models.PositiveSmallIntegerField(default=0, help_text=_("As in HTTP, of the outcome; 0: not complete."))
    detail = models.TextField(blank=True, help_text=_("Why it was refused."))
    kind = models.CharField(max_length=30, blank=True, help_text=_("The API's type of this refusal."))
    photo = models.ForeignKey("gallery.Photo", null=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["owner", "touched_at"], name="partial_upload_oldest")]

    def __str__(self) -> str:
        return self.filename

    @property
    def path(self) -> Path:
        """Where the bytes lie that have come; those of an archive from the first one on where its import will read."""
        if self.is_archive:
            return Path(settings.MEDIA_ROOT, ARCHIVES, self.pk.hex, self.filename)
        return Path(settings.MEDIA_ROOT, PARTIAL, self.pk.hex)

    @property
    def offset(self) -> int:
        """How many bytes have come."""
        if self.status:
            return self.size
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    @property
    def is_waiting(self) -> bool:
        """An archive that is complete, for an import to take it."""
        return self.is_archive and self.status == ARRIVED

    @property
    def expires_at(self) -> datetime:
        """When it is swept up unless more of it comes."""
        return self.touched_at + LIFETIME


def begin_upload(
    *, owner: AbstractBaseUser, filename: str, size: int, sha256: str = "", is_archive: bool = False
) -> PartialUpload:
    """Make room for a file of `size` bytes; the name of an archive must be fit for the disk."""
    unfinished = PartialUpload.objects.filter(owner_id=owner.pk, status=0).order_by("-touched_at")
    for forgotten in unfinished[MAX_UNFINISHED - 1 :]:
        remove_upload(forgotten)
    return PartialUpload.objects.create(
        owner_id=owner.pk, filename=printable(filename)[:255], size=size, sha256=sha256, is_archive=is_archive
    )


def waiting_archives(*, owner: AbstractBaseUser) -> models.QuerySet[PartialUpload]:
    """Those that `owner` has sent and that no import has taken."""
    return PartialUpload.objects.filter(owner_id=owner.pk, is_archive=True, status=ARRIVED)


@contextmanager
def opened(upload: PartialUpload) -> Iterator[IO[bytes]]:
    """What has come of it, to be read and written, positioned at its end; UploadBusy while another request does so.

    The lock is the kernel's: it goes with a process that is killed.
    """
    with open_private(upload.path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UploadBusy from error
        # Others may have finished it while this request came in.
        upload.refresh_from_db()
        file.seek(0, 2)
        yield file


def finish_upload(upload: PartialUpload, *, status: int, photo_id: int | None, detail: str, kind: str = "") -> None:
    """Remember what became of it, and let go of its bytes, which are stored elsewhere or refused, or wait."""
    upload.status, upload.photo_id, upload.detail, upload.kind = status, photo_id, detail, kind
    upload.save()
    if not upload.is_waiting:
        upload.path.unlink(missing_ok=True)


def remove_upload(upload: PartialUpload) -> None:
    """Forget it; of an archive that an import has taken meanwhile the bytes are the import's."""
    path = upload.path
    deleted, _rows = upload.delete()
    if deleted:
        path.unlink(missing_ok=True)
        if upload.is_archive:
            with suppress(OSError):
                path.parent.rmdir()


def sweep_partial_uploads() -> int:
    """Remove those of which nothing has come for a day, and bytes whose upload is gone; how many there were."""
    swept = 0
    for upload in PartialUpload.objects.filter(touched_at__lt=timezone.now() - LIFETIME):
        remove_upload(upload)
        swept += 1
    # In this order: of what begins to come between the two, the bytes are not among these.
    paths = list(Path(settings.MEDIA_ROOT, PARTIAL).glob("*"))
    coming = {pk.hex for pk in PartialUpload.objects.filter(status=0).values_list("pk", flat=True)}
    for path in paths:
        if path.name not in coming:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
