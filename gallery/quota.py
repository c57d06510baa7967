"""How much a person has stored, and how much they may."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Sum
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from gallery.account import Account
from gallery.images import ImageTooLarge
from gallery.models import Photo


class QuotaExceeded(ImageTooLarge):
    """It would take more bytes than its owner may store; the message is a sentence for them."""

    kind = "quota-exceeded"


def used_bytes(owner: AbstractBaseUser) -> int:
    """The bytes of all originals of `owner`: an index holds them, no photo is looked at."""
    photos = Photo.objects.filter(owner_id=owner.pk)
    return int(photos.aggregate(bytes=Sum("file_size"))["bytes"] or 0)


@contextmanager
def room_for(sizes: Mapping[str, int], *, owner: AbstractBaseUser) -> Iterator[None]:
    """A transaction in which files of `sizes` bytes, by SHA-256, may be stored; QuotaExceeded if they are too many.

    Nobody else stores something of the same owner meanwhile, where there is a limit. Bytes that the owner has already
    need no room.
    """
    with transaction.atomic():
        limited = Account.objects.select_for_update(no_key=True).filter(owner_id=owner.pk, quota__isnull=False).first()
        if limited:
            stored = Photo.objects.filter(owner_id=owner.pk, sha256__in=list(sizes)).values_list("sha256", flat=True)
            refuse_beyond_quota(sum(sizes[sha256] for sha256 in sizes.keys() - set(stored)), account=limited)
        yield


def refuse_beyond_quota(size: int, *, account: Account) -> None:
    """QuotaExceeded if `size` more bytes are too many."""
    if size and account.quota is not None and used_bytes(account.owner) + size > account.quota:
        raise QuotaExceeded(
            _("There is no room for this file: you may store %(quota)s. Delete photos, or ask an administrator.")
            % {"quota": filesizeformat(account.quota)}
        )
