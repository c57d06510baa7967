"""Computes stored and pending bytes of a person, their quota, and the room on the disk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.account import Account, account_of
from gallery.models import Arrival, ImportJob, PartialUpload, Photo
from gallery.pictures.images import ImageTooLarge
from gallery.storage.files import free_bytes
from gallery.storage.partial_uploads import create_upload


class QuotaExceeded(ImageTooLarge):
    """It would take more bytes than its owner may store; the message is a sentence for them."""

    kind = "quota-exceeded"


class NoRoom(QuotaExceeded):
    """The disk has no room, or other people need the rest; the message is a sentence for the user."""

    kind = "insufficient-storage"


def used_bytes(owner: AbstractBaseUser) -> int:
    """The bytes of all originals of `owner`: an index holds them, no photo is looked at."""
    photos = Photo.objects.filter(owner_id=owner.pk)
    return int(photos.aggregate(bytes=Sum("file_size"))["bytes"] or 0)


def bytes_on_their_way(owner: AbstractBaseUser, *, but: PartialUpload | ImportJob | None = None) -> int:
    """Return the announced bytes of unfinished uploads, and those of archives sent by `owner`, except `but`.

    Bytes that an import has already stored from its archive count only as stored.
    """
    uploads = PartialUpload.objects.filter(arrival__in=(Arrival.UNFINISHED, Arrival.WAITING), owner_id=owner.pk)
    is_theirs = Q(started_by_id=owner.pk) | Q(started_by=None, owner_id=owner.pk)
    jobs = ImportJob.objects.filter(is_theirs, is_upload=True).exclude(state__in=ImportJob.ENDED_STATES)
    if isinstance(but, PartialUpload):
        uploads = uploads.exclude(pk=but.pk)
    if isinstance(but, ImportJob):
        jobs = jobs.exclude(pk=but.pk)
    announced = int(uploads.aggregate(bytes=Sum("size"))["bytes"] or 0)
    return announced + sum(max(0, job.archive_bytes - int(job.import_counts.get("bytes", 0))) for job in jobs)


def admit_upload(
    *, owner: AbstractBaseUser, filename: str, size: int, sha256: str = "", is_archive: bool = False
) -> PartialUpload:
    """Begin an upload of `size` bytes; QuotaExceeded or NoRoom if there is no room.

    One at a time per person, so that concurrent uploads cannot claim the same room.
    """
    with transaction.atomic():
        account_of(owner)
        account = Account.objects.select_for_update(no_key=True).get(owner_id=owner.pk)
        refuse_beyond_quota(size, account=account)
        _refuse_beyond_share(size, owner=owner)
        return create_upload(owner=owner, filename=filename, size=size, sha256=sha256, is_archive=is_archive)


@contextmanager
def room_for(
    sizes: Mapping[str, int], *, owner: AbstractBaseUser, but: PartialUpload | ImportJob | None = None
) -> Iterator[None]:
    """Open a transaction for storing files of `sizes` bytes, by SHA-256; QuotaExceeded if there is no room.

    If there is a limit, other transactions of the same owner wait. Bytes that the owner already has need no room. `but`
    is the upload or import that brings the files; its bytes must not count twice.
    """
    with transaction.atomic():
        limited = Account.objects.select_for_update(no_key=True).filter(owner_id=owner.pk, quota__isnull=False).first()
        if limited:
            stored = Photo.objects.filter(owner_id=owner.pk, sha256__in=list(sizes)).values_list("sha256", flat=True)
            new = sum(sizes[sha256] for sha256 in sizes.keys() - set(stored))
            refuse_beyond_quota(new, account=limited, but=but)
        yield


def refuse_beyond_quota(size: int, *, account: Account, but: PartialUpload | ImportJob | None = None) -> None:
    """QuotaExceeded if `size` more bytes exceed the quota, including stored and pending bytes."""
    if not size or account.quota is None:
        return
    if used_bytes(account.owner) + bytes_on_their_way(account.owner, but=but) + size > account.quota:
        raise QuotaExceeded(
            _("There is no room for this file: you may store %(quota)s. Delete photos, or ask an administrator.")
            % {"quota": filesizeformat(account.quota)}
        )


def _refuse_beyond_share(size: int, *, owner: AbstractBaseUser) -> None:
    """NoRoom unless the disk has room, and `owner` has at most half of what other people leave free pending."""
    begun = PartialUpload.objects.filter(arrival=Arrival.UNFINISHED)
    free = free_bytes() - sum(max(0, upload.size - upload.offset) for upload in begun)
    theirs = bytes_on_their_way(owner)
    if size > free:
        raise NoRoom(_("There is not enough room on the disk for this file."))
    if theirs + size > (free + theirs) // 2:
        raise NoRoom(
            _("Your unfinished uploads take too much of the room left on the disk. Start or cancel imports, or wait.")
        )
