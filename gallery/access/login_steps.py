"""The steps of every login: a password or another proof first, then the second factor of users who have one.

django-allauth keeps the unfinished login in the anonymous session, and logs the user in after the last step.
"""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.utils import perform_login
from allauth.core import context
from axes.handlers.proxy import AxesProxyHandler
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.contrib.auth.models import AbstractBaseUser, User
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.access import AnyUser
from gallery.access.addresses import client_network
from gallery.access.open_id import is_configured
from gallery.access.second_factor import has_second_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"
PAUSE_BEFORE_ASKING_AGAIN = timedelta(minutes=5)
# Ends an unfinished login when the password changes meanwhile.
FIRST_STEP_HASH = "first_step_hash"


class LoginSteps(DefaultAccountAdapter):
    """Our answers to django-allauth's questions about logins."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "incorrect_password": _("Wrong password."),
        "rate_limited": _("Too many wrong codes. Try again in 15 minutes."),
        "too_many_login_attempts": _("Too many wrong codes. Try again in 15 minutes."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network by which all throttles count."""
        return client_network(request)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,  # noqa: ARG002 - allauth's signature
        message_context: dict[str, Any] | None = None,  # noqa: ARG002 - the same
        extra_tags: str = "",  # noqa: ARG002 - the same
        message: Any = None,
    ) -> None:
        """Show errors only; the views have their own messages for successes."""
        if message:
            messages.add_message(request, level, message)

    def pre_login(self, request: HttpRequest, user: AbstractBaseUser, **options: Any) -> HttpResponse | None:
        """Refuse deactivated users, and remember which password this login began with."""
        request.session[FIRST_STEP_HASH] = user.get_session_auth_hash()
        response: HttpResponse | None = super().pre_login(request, user, **options)
        return response

    def login(self, request: HttpRequest, user: Any) -> None:
        """Log in with the backend that finds users; allauth would take the first one, which only counts failures."""
        user.backend = BACKEND
        super().login(request, user)

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:  # noqa: ARG002
        return refuse_login(request)

    def is_reauthentication_required(self, *, app: str, **options: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Ask again, except for users without password and factor who logged in a moment ago."""
        user = context.request.user
        if user.has_usable_password() or has_second_factor(user):
            return True
        return user.last_login is None or timezone.now() - user.last_login > PAUSE_BEFORE_ASKING_AGAIN

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return django-allauth's methods, or the login at the provider for users who have no other."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not methods and is_configured():
            methods.append({"id": "open_id", "description": "", "url": reverse("open_id_login")})
        return methods

    def reauthenticate(self, user: AbstractBaseUser, password: str) -> bool:
        """Check the password through the backends, which count failures."""
        found = authenticate(context.request, username=user.get_username(), password=password)
        return found is not None and found.pk == user.pk


def begin_login(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Log `user` in, or redirect to the second step first. Another user is logged out before."""
    if request.user.is_authenticated:
        logout(request)
    response: HttpResponse = perform_login(request, user, redirect_url=next_url)
    return response


def has_password_changed(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Return whether the password differs from the one at the first step, or the user was deactivated since."""
    return not user.is_active or request.session.get(FIRST_STEP_HASH) != user.get_session_auth_hash()


def is_locked(request: HttpRequest, user: AbstractBaseUser) -> bool:
    """Return whether `user` is locked at this address after too many failures."""
    return not AxesProxyHandler.is_allowed(request, {"username": user.get_username()})


def count_failure(request: HttpRequest, user: AnyUser) -> None:
    """Count a wrong second factor like a wrong password; the middleware answers the last one with the lockout."""
    user_login_failed.send(sender=__name__, credentials={"username": user.get_username()}, request=request)


def refuse_login(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a login that is not allowed; the default reason is that the user is deactivated."""
    return render(request, "registration/refused.html", {"reason": reason}, status=403)
