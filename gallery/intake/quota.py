"""Quotas: stored and pending bytes of a user, and the room on the disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.account import Account, account_of
from gallery.models import Arrival, ImportJob, PartialUpload, Photo, PhotoCompanion
from gallery.pictures.images import ImageTooLarge
from gallery.storage.files import free_bytes
from gallery.storage.partial_uploads import create_upload


class QuotaExceeded(ImageTooLarge):
    """The file exceeds its owner's quota; the message is a sentence for the user."""

    kind = "quota-exceeded"


class NoRoom(QuotaExceeded):
    """The disk has no room, or the rest is left to other users; the message is a sentence for the user."""

    kind = "insufficient-storage"


def used_bytes(owner: AbstractBaseUser) -> int:
    """Return the bytes of all originals of `owner`, read from an index alone, and of the files that belong to them."""
    photos = Photo.objects.filter(owner_id=owner.pk)
    companions = PhotoCompanion.objects.filter(photo__owner_id=owner.pk)
    totals = [rows.aggregate(bytes=Sum("file_size"))["bytes"] or 0 for rows in (photos, companions)]
    return int(sum(totals))


def pending_bytes(owner: AbstractBaseUser, *, but: PartialUpload | ImportJob | None = None) -> int:
    """Return the bytes of unfinished uploads and of uploaded archives of `owner`, except those of `but`.

    Bytes that an import has already stored from its archive count only as stored.
    """
    uploads = PartialUpload.objects.filter(arrival__in=(Arrival.UNFINISHED, Arrival.WAITING), owner_id=owner.pk)
    started_by_owner = Q(started_by_id=owner.pk) | Q(started_by=None, owner_id=owner.pk)
    jobs = ImportJob.objects.filter(started_by_owner, is_upload=True).exclude(state__in=ImportJob.ENDED_STATES)
    if isinstance(but, PartialUpload):
        uploads = uploads.exclude(pk=but.pk)
    if isinstance(but, ImportJob):
        jobs = jobs.exclude(pk=but.pk)
    announced = int(uploads.aggregate(bytes=Sum("size"))["bytes"] or 0)
    return announced + sum(max(0, job.archive_bytes - int(job.import_counts.get("bytes", 0))) for job in jobs)


def admit_upload(
    *,
    owner: AbstractBaseUser,
    filename: str,
    size: int,
    sha256: str = "",
    modified_at: datetime | None = None,
    is_archive: bool = False,
    album_id: int | None = None,
) -> PartialUpload:
    """Create an upload of `size` bytes.

    One at a time per user, so that concurrent uploads cannot claim the same room.

    Raises:
        QuotaExceeded, NoRoom: there is no room.
    """
    with transaction.atomic():
        account_of(owner)
        account = Account.objects.select_for_update(no_key=True).get(owner_id=owner.pk)
        refuse_beyond_quota(size, account=account)
        _refuse_beyond_share(size, owner=owner)
        return create_upload(
            owner=owner,
            filename=filename,
            size=size,
            sha256=sha256,
            modified_at=modified_at,
            is_archive=is_archive,
            album_id=album_id,
        )


@contextmanager
def reserve_room(
    sizes: Mapping[str, int], *, owner: AbstractBaseUser, but: PartialUpload | ImportJob | None = None
) -> Iterator[None]:
    """Open a transaction for storing files; `sizes` are their bytes by SHA-256. Bytes already stored need no room.

    If the owner has a quota, their other transactions wait. `but` is the upload or import that brings the files, whose
    bytes must not count twice.

    Raises:
        QuotaExceeded: there is no room.
    """
    with transaction.atomic():
        limited = Account.objects.select_for_update(no_key=True).filter(owner_id=owner.pk, quota__isnull=False).first()
        if limited:
            stored = Photo.objects.filter(owner_id=owner.pk, sha256__in=list(sizes)).values_list("sha256", flat=True)
            new = sum(sizes[sha256] for sha256 in sizes.keys() - set(stored))
            refuse_beyond_quota(new, account=limited, but=but)
        yield


def refuse_beyond_quota(size: int, *, account: Account, but: PartialUpload | ImportJob | None = None) -> None:
    """Raise QuotaExceeded if `size` bytes exceed the quota, together with stored and pending bytes."""
    if not size or account.quota is None:
        return
    if used_bytes(account.owner) + pending_bytes(account.owner, but=but) + size > account.quota:
        raise QuotaExceeded(
            _("Not enough space: your quota is %(quota)s. Delete photos or ask an administrator.")
            % {"quota": filesizeformat(account.quota)}
        )


def _refuse_beyond_share(size: int, *, owner: AbstractBaseUser) -> None:
    """Raise NoRoom if the disk is full, or if `owner`'s pending bytes exceed half of the room left by other users."""
    unfinished = PartialUpload.objects.filter(arrival=Arrival.UNFINISHED)
    free = free_bytes() - sum(max(0, upload.size - upload.offset) for upload in unfinished)
    pending = pending_bytes(owner)
    if size > free:
        raise NoRoom(_("The server's disk does not have enough space for this file."))
    if pending + size > (free + pending) // 2:
        raise NoRoom(
            _("Your unfinished uploads take too much disk space. Start or cancel imports, or try again later.")
        )
