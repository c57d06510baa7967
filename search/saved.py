"""Searches that a person comes back to: saved under a name, and those made lately."""

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from search.models import RecentSearch, SavedSearch

MOST_SAVED = 100
MOST_RECENT = 12


class TooManySaved(ValueError):
    """No more searches can be saved; the message is a sentence for the person."""


def saved_searches(*, user: AbstractBaseUser) -> QuerySet[SavedSearch]:
    """The named searches of `user`, by name."""
    return SavedSearch.objects.filter(owner_id=user.pk).order_by("name")


def save_search(name: str, *, user: AbstractBaseUser, address: str) -> tuple[SavedSearch, bool]:
    """Save the search at `address` (a query string), and whether it is new; one of the same name is replaced.

    Raises:
        TooManySaved: with a sentence for the person.
    """
    mine = saved_searches(user=user)
    if mine.count() >= MOST_SAVED and not mine.filter(name=name).exists():
        raise TooManySaved(_("You have saved %(limit)d searches; delete one first.") % {"limit": MOST_SAVED})
    return SavedSearch.objects.update_or_create(owner_id=user.pk, name=name, defaults={"address": address})


def recent_searches(*, user: AbstractBaseUser) -> QuerySet[RecentSearch]:
    """The latest searches of `user`, latest first."""
    return RecentSearch.objects.filter(owner_id=user.pk).order_by("-used_at")


def note_search(address: str, *, user: AbstractBaseUser) -> None:
    """Remember that `user` has made the search at `address`; the oldest beyond MOST_RECENT are forgotten."""
    RecentSearch.objects.bulk_create(
        [RecentSearch(owner_id=user.pk, address=address, used_at=timezone.now())],
        update_conflicts=True,
        unique_fields=["owner", "digest"],
        update_fields=["used_at"],
    )
    RecentSearch.objects.filter(pk__in=recent_searches(user=user).values("pk")[MOST_RECENT:]).delete()


def forget_searches(*, user: AbstractBaseUser) -> None:
    """Forget what `user` has searched for lately."""
    RecentSearch.objects.filter(owner_id=user.pk).delete()
