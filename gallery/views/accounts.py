"""Logging in, changing one's password, and choosing a language; what a person chose goes with them to other devices."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.contrib.messages.views import SuccessMessageMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from gallery.access.addresses import client_network
from gallery.access.throttles import seconds_to_wait
from gallery.account import Account, account_of
from gallery.sessions import end_sessions

DENSITY_COOKIE = "density"


class LogIn(LoginView):
    """The login page; where htmx was sent here instead of a fragment, the whole page goes."""

    redirect_authenticated_user = True

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer htmx by a redirection of the page that it works for."""
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if htmx:
            query = urlencode({"next": htmx.current_url_abs_path or resolve_url("gallery:photos")})
            return HttpResponseClientRedirect(f"{resolve_url('login')}?{query}")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Try, unless there have been too many tries from this address, whoever they named."""
        if seconds_to_wait(f"login:{client_network(request)}", limit=settings.LOGINS_PER_MINUTE):
            return _refuse_to_try(request, minutes=1)
        return super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Have the focus where one types again; the name stands there already."""
        if form.cleaned_data.get("username"):
            del form.fields["username"].widget.attrs["autofocus"]
            form.fields["password"].widget.attrs["autofocus"] = True
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Bring language and density along to this device."""
        response = super().form_valid(form)
        remember_choices(response, account_of(form.get_user()))
        return response


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    """The form for a new password; then back to the account. Whoever knew the old one is logged out."""

    success_url = reverse_lazy("gallery:account")
    success_message = _("Your password has been changed. You are logged out everywhere else.")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """End the other sessions too: they are of no use any more, and would still be listed."""
        response = super().form_valid(form)
        end_sessions(user=form.user, but=self.request.session.session_key)
        return response


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """Django's choice of a language, kept for those who are logged in."""
    response: HttpResponse = set_language(request)
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and request.user.is_authenticated:
        Account.objects.update_or_create(owner_id=request.user.pk, defaults={"language": chosen.value})
    return response


def remember_choices(response: HttpResponse, account: Account) -> None:
    """Have this browser ask for its pages as `account` says, without anybody looking into the database each time."""
    for name, value in ((settings.LANGUAGE_COOKIE_NAME, account.language), (DENSITY_COOKIE, account.density)):
        if value:
            response.set_cookie(
                name,
                value,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )


def show_lockout(
    request: HttpRequest,
    original_response: HttpResponse | None,  # noqa: ARG001 - django-axes' signature
    credentials: dict[str, Any],  # noqa: ARG001 - the same
) -> HttpResponse:
    """What somebody sees who failed to log in too often."""
    return _refuse_to_try(request, minutes=settings.AXES_COOLOFF_TIME // timedelta(minutes=1))


def _refuse_to_try(request: HttpRequest, *, minutes: int) -> HttpResponse:
    return render(request, "registration/locked_out.html", {"minutes": minutes}, status=429)
