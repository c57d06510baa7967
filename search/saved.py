"""Saved searches and recent searches of users."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from gallery.models import Photo
from gallery.text.cleaning import clean_line
from search.models import RecentSearch, SavedSearch

MAX_SAVED_SEARCHES = 100
MAX_RECENT_SEARCHES = 12
# Each may be run for every request of an assistant.
MAX_ASSISTANT_SEARCHES = 20


class TooManySavedSearches(ValueError):
    """The user has saved the maximum number of searches; the message is shown to the user."""


class NameTaken(ValueError):
    """Another search of the same user has this name; the message is shown to the user."""


def saved_searches(*, user: AbstractBaseUser) -> QuerySet[SavedSearch]:
    """Return the saved searches of `user`, ordered by name."""
    return SavedSearch.objects.filter(owner_id=user.pk).order_by("name")


def save_search(name: str, *, user: AbstractBaseUser, address: str) -> tuple[SavedSearch, bool]:
    """Save the search at `address` (a query string); return it, and whether its name is new.

    A search of the same name is deleted, so that assistants cannot read the results of the new one by a permission that
    was given for the old one.

    Raises:
        TooManySavedSearches: the user has saved the maximum number of searches.
    """
    name = clean_line(name) or "?"
    own = saved_searches(user=user)
    if own.count() >= MAX_SAVED_SEARCHES and not own.filter(name=name).exists():
        raise TooManySavedSearches(
            _("You can save up to %(limit)d searches. Delete one first.") % {"limit": MAX_SAVED_SEARCHES}
        )
    with transaction.atomic():
        replaced, _of_each = own.filter(name=name).exclude(address=address).delete()
        saved, created = own.get_or_create(owner_id=user.pk, name=name, defaults={"address": address})
    return saved, created and not replaced


def change_search(saved: SavedSearch, *, name: str, address: str) -> None:
    """Rename a saved search and set its query to `address`.

    Changing the query withdraws the permission for assistants.

    Raises:
        NameTaken: another search of the user has this name; nothing is changed.
    """
    if saved.address != address:
        saved.is_for_assistants = False
    saved.name, saved.address = name, address
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise NameTaken(_("A saved search with this name already exists.")) from error


def assistant_searches(*, user: AbstractBaseUser) -> QuerySet[SavedSearch]:
    """Return the saved searches of `user` whose results assistants may read, ordered by name."""
    return saved_searches(user=user).filter(is_for_assistants=True)


def set_assistant_searches(searches: Iterable[SavedSearch], *, user: AbstractBaseUser) -> None:
    """Let assistants read the results of these saved searches of `user`, and of no others."""
    with transaction.atomic():
        assistant_searches(user=user).update(is_for_assistants=False)
        saved_searches(user=user).filter(pk__in=[saved.pk for saved in searches]).update(is_for_assistants=True)


def recent_searches(*, user: AbstractBaseUser) -> QuerySet[RecentSearch]:
    """Return the recent searches of `user`, latest first."""
    return RecentSearch.objects.filter(owner_id=user.pk).order_by("-used_at")


def record_search(address: str, *, user: AbstractBaseUser) -> None:
    """Record that `user` made the search at `address`; keeps the latest MAX_RECENT_SEARCHES."""
    with transaction.atomic():
        RecentSearch.objects.bulk_create(
            [RecentSearch(owner_id=user.pk, address=address, used_at=timezone.now())],
            update_conflicts=True,
            unique_fields=["owner", "digest"],
            update_fields=["used_at"],
        )
        RecentSearch.objects.filter(pk__in=recent_searches(user=user).values("pk")[MAX_RECENT_SEARCHES:]).delete()


def example_photos(addresses: Iterable[str], *, user: AbstractBaseUser) -> dict[str, Photo]:
    """Return the photo to which each search (a query string) looks for similar ones; only photos that `user` sees."""
    values = ((address, QueryDict(address).get("photo", "")) for address in addresses)
    ids = {address: int(value) for address, value in values if value.isascii() and value.isdigit()}
    photos = Photo.objects.visible_to(user).defer("metadata").in_bulk(set(ids.values())) if ids else {}
    return {address: photos[number] for address, number in ids.items() if number in photos}


def clear_recent_searches(*, user: AbstractBaseUser) -> None:
    """Delete the recent searches of `user`."""
    RecentSearch.objects.filter(owner_id=user.pk).delete()
