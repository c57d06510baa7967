"""Searches that a person comes back to: saved under a name, and those made lately."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.text.legible import printable
from search.models import RecentSearch, SavedSearch

MOST_SAVED = 100
MOST_RECENT = 12
# Each may be a search of its own for every question.
MOST_FOR_ASSISTANTS = 20


class TooManySaved(ValueError):
    """No more searches can be saved; the message is a sentence for the person."""


class NameTaken(ValueError):
    """Another search of the same person has this name; the message is a sentence for the user."""


def saved_searches(*, user: AbstractBaseUser) -> QuerySet[SavedSearch]:
    """The named searches of `user`, by name."""
    return SavedSearch.objects.filter(owner_id=user.pk).order_by("name")


def save_search(name: str, *, user: AbstractBaseUser, address: str) -> tuple[SavedSearch, bool]:
    """Save the search at `address` (a query string), and whether it is new; one of the same name is replaced.

    Replaced means deleted: what assistants may read of another search was not said for this one, nor is it by a form
    that still shows the other.

    Raises:
        TooManySaved: with a sentence for the person.
    """
    name = printable(name) or "?"
    mine = saved_searches(user=user)
    if mine.count() >= MOST_SAVED and not mine.filter(name=name).exists():
        raise TooManySaved(_("You can save up to %(limit)d searches. Delete one first.") % {"limit": MOST_SAVED})
    with transaction.atomic():
        replaced, _of_each = mine.filter(name=name).exclude(address=address).delete()
        saved, created = mine.get_or_create(owner_id=user.pk, name=name, defaults={"address": address})
    return saved, created and not replaced


def change_search(saved: SavedSearch, *, name: str, address: str) -> None:
    """Rename a saved search and set its query to `address`.

    Changing the query withdraws the permission for assistants. On an exception nothing is changed.

    Raises:
        NameTaken: with a sentence for the user.
    """
    if saved.address != address:
        saved.is_for_assistants = False
    saved.name, saved.address = name, address
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise NameTaken(_("A saved search with this name already exists.")) from error


def searches_for_assistants(*, user: AbstractBaseUser) -> QuerySet[SavedSearch]:
    """The saved searches of `user` whose photos assistants may read, by name."""
    return saved_searches(user=user).filter(is_for_assistants=True)


def choose_for_assistants(chosen: Iterable[SavedSearch], *, user: AbstractBaseUser) -> None:
    """Have assistants read what these find, and nothing else."""
    with transaction.atomic():
        searches_for_assistants(user=user).update(is_for_assistants=False)
        saved_searches(user=user).filter(pk__in=[saved.pk for saved in chosen]).update(is_for_assistants=True)


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
