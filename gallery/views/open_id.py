"""Logging in through the OpenID Connect provider of the settings, and connecting a user with it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.login_steps import is_locked, refuse_login
from gallery.access.open_id import Identity, OpenIdFailed, begin, finish, is_admitted, is_configured, logger
from gallery.access.second_factor import has_second_factor
from gallery.users.identities import IdentityTaken, connect, create_user, creates_users, disconnect, find_user
from gallery.views.login import log_in, refuse_guesses, refuse_locked


def if_configured(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 404 without a provider in the settings, and a page instead of an error if the provider fails."""

    @wraps(view)
    def checked(request: Any, **arguments: Any) -> HttpResponse:
        if not is_configured():
            raise Http404
        try:
            return refuse_guesses(request) or view(request, **arguments)
        except OpenIdFailed as error:
            logger.warning("OpenID Connect: %s", error)
            return refuse_login(
                request, _("%(name)s did not confirm who you are. Try again.") % {"name": settings.OIDC_NAME}
            )

    return checked


@login_not_required
@require_safe
@if_configured
def go_to_provider(request: HttpRequest) -> HttpResponse:
    """Redirect to the provider. Users who are logged in prove again there who they are."""
    next_url = request.GET.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(next_url, {request.get_host()}, require_https=request.is_secure())
    address = begin(
        request,
        next_url=next_url if is_safe else resolve_url(settings.LOGIN_REDIRECT_URL),
        asks_again=request.user.is_authenticated,
    )
    return HttpResponseRedirect(address)


@login_not_required
@require_safe
@if_configured
def return_from_provider(request: HttpRequest) -> HttpResponse:
    """Log in the user of the identity, create one, or connect the identity with the user who is logged in."""
    identity, state = finish(request)
    if not is_admitted(identity):
        return refuse_login(request, _("Your account at %(name)s has no access here.") % {"name": settings.OIDC_NAME})
    if state["connects"] is not None:
        return _connect(request, identity, user_id=state["connects"])
    user = find_user(identity) or (_create(identity) if creates_users() else None)
    if user is None:
        reason = _(
            "No user is connected with this account. Log in with your password, then connect it under “Account”."
        )
        return refuse_login(request, reason)
    return refuse_locked(request) if is_locked(request, user) else log_in(request, user, next_url=state["next"])


@require_safe
@if_configured
@reauthentication_required(app="gallery")
def offer_connection(request: PageRequest) -> HttpResponse:
    """Show the link to the provider. A page, because the Content-Security-Policy forbids forms that lead elsewhere."""
    address = begin(request, next_url=reverse("gallery:account"), connects=request.user.pk)
    return render(request, "gallery/account/connect.html", {"address": address, "provider": settings.OIDC_NAME})


@require_POST
@reauthentication_required(app="gallery")
def remove_connection(request: PageRequest) -> HttpResponse:
    """Disconnect the user from the provider, if another way to log in is left."""
    if request.user.has_usable_password() or has_second_factor(request.user):
        disconnect(request.user)
        messages.success(request, _("Disconnected."))
    else:
        messages.error(request, _("Set a password or add a passkey first: otherwise you could not log in."))
    return redirect("gallery:account")


def _create(identity: Identity) -> User | None:
    try:
        return create_user(identity)
    except (IdentityTaken, IntegrityError):  # by another request at the same time
        return find_user(identity)


def _connect(request: HttpRequest, identity: Identity, *, user_id: int) -> HttpResponse:
    if not isinstance(request.user, User) or request.user.pk != user_id:
        raise OpenIdFailed("Another user is logged in than the one who began to connect.")
    try:
        connect(identity, user=request.user)
    except IdentityTaken:
        messages.error(request, _("Another user is connected with this account already."))
    else:
        messages.success(request, _("Connected. You can log in with %(name)s now.") % {"name": settings.OIDC_NAME})
    return redirect("gallery:account")
