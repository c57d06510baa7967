"""Changes of users by an administrator.

Administrators cannot deactivate, demote or delete themselves, and their rows are locked meanwhile. So one active
administrator always remains: the one who made the last change.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from gallery.access.sessions import end_sessions
from gallery.account import Account
from gallery.user_deletion import delete_user

logger = logging.getLogger(__name__)


class Refused(Exception):
    """The change would take away the administrator's own access."""


@dataclass(frozen=True)
class UserDetails:
    """The details that an administrator sets; `quota` in bytes, None for no limit."""

    username: str
    email: str
    quota: int | None
    is_administrator: bool


def is_administrator(user: AbstractBaseUser | AnonymousUser | None) -> bool:
    """Return whether `user` may administrate users: active, and with all permissions in Django's admin."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.is_superuser


def invite_user(details: UserDetails, *, by: User) -> User:
    """Create a user without a usable password."""
    with transaction.atomic():
        _lock_administrators(by=by)
        user = User(username=details.username)
        user.set_unusable_password()
        _apply(details, user=user)
    return user


def change_user(user_id: int, details: UserDetails, *, by: User) -> None:
    """Save the details of a user. Raises Refused if `by` would lose the administration."""
    with _changing(user_id, by=by) as user:
        if user == by and not details.is_administrator:
            raise Refused(_("You cannot remove your own administrator rights. Ask another administrator."))
        _apply(details, user=user)


def set_activity(user_id: int, *, is_active: bool, by: User) -> None:
    """Activate or deactivate a user; deactivating ends the sessions. Raises Refused for `by`."""
    with _changing(user_id, by=by) as user:
        if user == by and not is_active:
            raise Refused(_("You cannot deactivate yourself. Ask another administrator."))
        user.is_active = is_active
        user.save(update_fields=["is_active"])
        if not is_active:
            end_sessions(user=user)


def remove_user(user_id: int, *, by: User) -> None:
    """Delete a user with all data. Raises Refused for `by`."""
    with _changing(user_id, by=by) as user:
        if user == by:
            raise Refused(_("You cannot delete yourself. Ask another administrator."))
        delete_user(user)


def remove_second_factor(user_id: int, *, by: User) -> None:
    """Delete the app, passkeys and recovery codes of a user who lost them; recorded in the log of Django's admin."""
    with _changing(user_id, by=by) as user:
        if user == by:
            raise Refused(_("Change your own second factor on the page of your account."))
        Authenticator.objects.filter(user=user).delete()
        LogEntry.objects.log_actions(by.pk, [user], CHANGE, "Second factor removed.", single_object=True)
        logger.warning("%s removed the second factor of %s.", by.get_username(), user.get_username())


@contextmanager
def _changing(user_id: int, *, by: User) -> Iterator[User]:
    with transaction.atomic():
        _lock_administrators(by=by)
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise Http404
        yield user


def _lock_administrators(*, by: User) -> None:
    """Lock all administrators, so that two cannot demote each other; `by` may have been demoted meanwhile."""
    rows = User.objects.select_for_update(no_key=True).filter(Q(is_staff=True) | Q(is_superuser=True)).order_by("pk")
    if not any(row == by and is_administrator(row) for row in rows):
        raise PermissionDenied


def _apply(details: UserDetails, *, user: User) -> None:
    user.username = details.username
    user.email = details.email
    # A user of Django's admin without all permissions keeps them.
    if details.is_administrator or is_administrator(user) or user.pk is None:
        user.is_staff = user.is_superuser = details.is_administrator
    user.save()
    Account.objects.update_or_create(owner=user, defaults={"quota": details.quota})
