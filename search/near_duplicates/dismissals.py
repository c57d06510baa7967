"""Groups of near-duplicates that a user wants to keep entirely, and that are not suggested again."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count

from gallery.access import AnyUser
from gallery.models import Photo
from search.models import DismissedGroup


def dismiss_groups(groups: Iterable[Iterable[int]], *, user: AbstractBaseUser, moment: datetime) -> None:
    """Stop suggesting the photos of each group as near-duplicates of each other; only photos of `user` count.

    Groups that are already dismissed are skipped. Dismissals of deleted photos are removed.
    """
    dismissals = DismissedGroup.objects.filter(owner_id=user.pk)
    with transaction.atomic():
        dismissals.annotate(left=Count("photos")).filter(left__lt=2).delete()
        for photo_ids in groups:
            own = list(Photo.objects.belonging_to(user).filter(pk__in=photo_ids))
            same = dismissals.filter(photos__in=own).annotate(known=Count("photos")).filter(known=len(own))
            if len(own) > 1 and not same.exists():
                DismissedGroup.objects.create(owner_id=user.pk, moment=moment).photos.set(own)


def undo_dismissals(moment: datetime, *, user: AnyUser) -> int:
    """Suggest the groups again that `user` dismissed at `moment`; return their number."""
    _count, by_model = DismissedGroup.objects.filter(owner_id=user.pk, moment=moment).delete()
    return by_model.get(DismissedGroup._meta.label, 0)


def dismissals_by_photo(photo_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the ids of the dismissed groups of each photo; photos of one dismissed group are not near-duplicates."""
    dismissals: dict[int, set[int]] = defaultdict(set)
    memberships = DismissedGroup.photos.through.objects.filter(photo__in=photo_ids)
    for photo_id, dismissal in memberships.values_list("photo_id", "dismissedgroup_id"):
        dismissals[photo_id].add(dismissal)
    return dismissals
