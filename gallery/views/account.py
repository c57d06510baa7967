"""The account page: storage, preferences, password and sessions."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.open_id import is_configured
from gallery.access.second_factor import has_second_factor
from gallery.access.sessions import describe_device, end_sessions
from gallery.account import OpenSession, account_of
from gallery.forms import PreferencesForm
from gallery.intake.quota import pending_bytes, used_bytes
from gallery.models import Photo
from gallery.users.identities import is_connected
from gallery.views.login import set_preference_cookies


@require_safe
def show_account(request: PageRequest) -> HttpResponse:
    return _page(request, PreferencesForm(instance=account_of(request.user)))


@require_POST
def change_preferences(request: PageRequest) -> HttpResponse:
    """Save language, colours and spacing; the response uses them."""
    form = PreferencesForm(request.POST, instance=account_of(request.user))
    if not form.is_valid():
        return _page(request, form)
    account = form.save()
    with override(account.language or None):
        messages.success(request, _("Saved"))
    response = redirect("gallery:account")
    if not account.language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
    set_preference_cookies(response, account)
    return response


@require_POST
def end_session(request: PageRequest, session_id: int) -> HttpResponse:
    """Log out one other session."""
    ended = get_object_or_404(OpenSession, pk=session_id, owner=request.user)
    Session.objects.filter(pk=ended.session_id).delete()
    messages.success(request, _("Device logged out."))
    return redirect("gallery:account")


@require_POST
def end_other_sessions(request: PageRequest) -> HttpResponse:
    """Log out all other sessions."""
    end_sessions(user=request.user, keep=request.session.session_key)
    messages.success(request, _("Logged out all other devices."))
    return redirect("gallery:account")


def _page(request: PageRequest, form: PreferencesForm) -> HttpResponse:
    account = form.instance
    sessions = [
        {
            "session": session,
            "device": describe_device(session.user_agent),
            "is_this": session.session_id == request.session.session_key,
        }
        for session in request.user.open_sessions.order_by("-last_seen_at")
    ]
    password_form = PasswordChangeForm(request.user)
    # The account page must not focus the password form.
    del password_form.fields["old_password"].widget.attrs["autofocus"]
    context = {
        "form": form,
        "password_form": password_form,
        "photos": Photo.objects.visible_to(request.user).count(),
        "used": used_bytes(request.user),
        "waiting": pending_bytes(request.user),
        "quota": account.quota,
        "has_second_factor": has_second_factor(request.user),
        "provider": settings.OIDC_NAME if is_configured() else "",
        "is_connected": is_configured() and is_connected(request.user),
        "sessions": sorted(sessions, key=lambda entry: not entry["is_this"]),
    }
    return render(request, "gallery/account/account.html", context, status=400 if form.errors else 200)
