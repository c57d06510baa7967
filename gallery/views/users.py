"""The users' pages for administrators: storage, visits and access of users, but none of their photos."""

from collections.abc import Callable
from functools import wraps

from axes.utils import reset
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery.access import PageRequest
from gallery.users.administration import (
    Refused,
    change_user,
    invite_user,
    is_administrator,
    remove_second_factor,
    remove_user,
    set_activity,
)
from gallery.users.forms import ActivityForm, ConfirmationForm, UserForm, UserListForm, details_of
from gallery.users.listing import list_users, read_user
from gallery.users.password_links import days_valid, link_of, send_invitation


def for_administrators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answer 403 to all other users."""

    @wraps(view)
    def checked(request: PageRequest, **arguments: int) -> HttpResponse:
        if not is_administrator(request.user):
            raise PermissionDenied
        return view(request, **arguments)

    return checked


@require_safe
@for_administrators
def show_users(request: PageRequest) -> HttpResponse:
    """List users by name, or those found."""
    form = UserListForm(request.GET)
    if not form.is_valid():
        raise BadRequest
    text = form.cleaned_data["q"]
    context = {"page": list_users(text, page=form.cleaned_data["page"] or 1), "text": text}
    return render(request, "gallery/users/users.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def invite(request: PageRequest) -> HttpResponse:
    """Create a user, and show the link for the password once."""
    form = UserForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        user = invite_user(form.details(), by=request.user)
        return _show_link(request, user)
    return render(request, "gallery/users/invite.html", {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
def show_user(request: PageRequest, user_id: int) -> HttpResponse:
    """Show a user, or save the details."""
    user = _described(user_id)
    if request.method != "POST":
        return _page(request, user)
    form = UserForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, user, form=form)
    try:
        change_user(user_id, form.details(), by=request.user)
    except Refused as error:
        form.add_error("is_administrator", str(error))
        return _page(request, user, form=form)
    messages.success(request, _("Saved"))
    return redirect("gallery:user", user_id)


@require_POST
@for_administrators
def make_link(request: PageRequest, user_id: int) -> HttpResponse:
    """Show a new link for the password, once."""
    user = _described(user_id)
    if not user.is_active:
        messages.error(request, _("Activate this user first."))
        return redirect("gallery:user", user_id)
    return _show_link(request, user)


@require_POST
@for_administrators
def change_activity(request: PageRequest, user_id: int) -> HttpResponse:
    """Activate or deactivate a user."""
    form = ActivityForm(request.POST)
    _described(user_id)
    if not form.is_valid():
        raise BadRequest
    is_active = form.cleaned_data["active"]
    try:
        set_activity(user_id, is_active=is_active, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("User activated.") if is_active else _("User deactivated and logged out."))
    return redirect("gallery:user", user_id)


@require_POST
@for_administrators
def unlock(request: PageRequest, user_id: int) -> HttpResponse:
    """Clear the failed logins of a user."""
    reset(username=_described(user_id).get_username())
    messages.success(request, _("User unlocked."))
    return redirect("gallery:user", user_id)


@require_POST
@for_administrators
def reset_second_factor(request: PageRequest, user_id: int) -> HttpResponse:
    """Remove the second factor of a user who lost it."""
    try:
        remove_second_factor(user_id, by=request.user)
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Second factor removed: the password is enough again."))
    return redirect("gallery:user", user_id)


@require_POST
@for_administrators
def delete(request: PageRequest, user_id: int) -> HttpResponse:
    """Delete a user with all data, if the name was typed."""
    user = _described(user_id)
    form = ConfirmationForm(request.POST, user=user)
    if not form.is_valid():
        return _page(request, user, confirmation=form)
    try:
        remove_user(user_id, by=request.user)
    except Refused as error:
        form.add_error("name", str(error))
        return _page(request, user, confirmation=form)
    messages.success(request, _("User “%(name)s” and all data deleted.") % {"name": user.get_username()})
    return redirect("gallery:users")


def _described(user_id: int) -> User:
    user = read_user(user_id)
    if user is None:
        raise Http404
    return user


def _show_link(request: PageRequest, user: User) -> HttpResponse:
    link = link_of(user)
    context = {
        "link": link,
        "person": user,
        "days": days_valid(),
        "sends": bool(settings.EMAIL_URL and user.email),
        "is_sent": send_invitation(link, user=user),
    }
    return render(request, "gallery/users/link.html", context)


def _page(
    request: PageRequest, user: User, *, form: UserForm | None = None, confirmation: ConfirmationForm | None = None
) -> HttpResponse:
    context = {
        "person": user,
        "form": form or UserForm(initial=details_of(user), user=user),
        "confirmation": confirmation or ConfirmationForm(user=user),
        "is_self": user == request.user,
    }
    return render(request, "gallery/users/user.html", context, status=400 if form or confirmation else 200)
