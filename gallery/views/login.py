"""Login, password change and language. Preferences follow the user to other devices."""

from datetime import timedelta
from typing import Any

from axes.utils import reset
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.models import User
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
from gallery.access.login_steps import begin_login
from gallery.access.open_id import is_configured
from gallery.access.sessions import end_sessions
from gallery.access.throttles import seconds_to_wait
from gallery.account import Account, account_of
from gallery.forms import PasswordForm

DENSITY_COOKIE = "density"
THEME_COOKIE = "theme"


class LogIn(LoginView):
    """The login page. Requests of htmx redirect the whole page instead of a fragment."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Offer the login through the provider of the settings."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"provider": settings.OIDC_NAME if is_configured() else ""}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirect htmx to the login, with its page as `next`."""
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        if htmx:
            query = urlencode({"next": htmx.current_url_abs_path or resolve_url("gallery:photos")})
            return HttpResponseClientRedirect(f"{resolve_url('login')}?{query}")
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address, then log in."""
        return refuse_guesses(request) or super().post(request, *args, **kwargs)

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Focus the password; the user name is filled in already."""
        if form.cleaned_data.get("username"):
            del form.fields["username"].widget.attrs["autofocus"]
            form.fields["password"].widget.attrs["autofocus"] = True
        return super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in, or ask for the second factor first."""
        return log_in(self.request, form.get_user(), next_url=self.get_success_url())


class ChangePassword(SuccessMessageMixin, PasswordChangeView):
    """The password change; ends all other sessions.

    A wrong old password counts as a failed login, so that a stolen session cannot be used to guess it.
    """

    form_class = PasswordForm
    success_url = reverse_lazy("gallery:account")
    success_message = _("Password changed. All other devices were logged out.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address and by user, then check the old password."""
        return refuse_guesses(request) or super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Pass the check of the authentication backends, which counts failures."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        return kwargs | {"check_password": self._is_password}

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Delete the other sessions, which are invalid but would still be listed."""
        response = super().form_valid(form)
        reset(ip=client_network(self.request), username=form.user.get_username())
        end_sessions(user=form.user, keep=self.request.session.session_key)
        return response

    def _is_password(self, password: str) -> bool:
        return authenticate(self.request, username=self.request.user.get_username(), password=password) is not None


@login_not_required
def choose_language(request: HttpRequest) -> HttpResponse:
    """Set the language like Django's view, and save it in the account."""
    response: HttpResponse = set_language(request)
    chosen = response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
    if chosen and request.user.is_authenticated:
        Account.objects.update_or_create(owner_id=request.user.pk, defaults={"language": chosen.value})
    return response


def set_preference_cookies(response: HttpResponse, account: Account) -> None:
    """Set cookies for language, colours and spacing, which save a database query per request."""
    cookies = {
        settings.LANGUAGE_COOKIE_NAME: account.language,
        DENSITY_COOKIE: account.density,
        THEME_COOKIE: account.theme,
    }
    for name, value in cookies.items():
        if value:
            response.set_cookie(
                name,
                value,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                secure=settings.SESSION_COOKIE_SECURE,
                samesite="Lax",
            )


def log_in(request: HttpRequest, user: User, *, next_url: str) -> HttpResponse:
    """Log in with cookies for language, colours and spacing, or ask for the second factor first."""
    response = begin_login(request, user, next_url=next_url)
    if request.user.is_authenticated:
        set_preference_cookies(response, account_of(user))
    return response


def show_lockout(
    request: HttpRequest,
    original_response: HttpResponse | None,  # noqa: ARG001 - django-axes' signature
    credentials: dict[str, Any],  # noqa: ARG001 - the same
) -> HttpResponse:
    """Render the lockout page; each further attempt restarts the cool-off time."""
    return refuse_locked(request)


def refuse_guesses(request: HttpRequest) -> HttpResponse | None:
    """Count an attempt by address, and by user if logged in; return the refusal if there were too many."""
    limits = {f"login:{client_network(request)}": settings.LOGINS_PER_MINUTE}
    if request.user.is_authenticated:
        # A stolen session may be used from many addresses.
        limits[f"password:{request.user.pk}"] = settings.AXES_FAILURE_LIMIT
    waits = [seconds_to_wait(key, limit=limit) or 0 for key, limit in limits.items()]
    return _refuse_to_try(request, wait=timedelta(seconds=max(waits))) if any(waits) else None


def refuse_locked(request: HttpRequest) -> HttpResponse:
    """Refuse a user who is locked at this address."""
    return _refuse_to_try(request, wait=settings.AXES_COOLOFF_TIME)


def _refuse_to_try(request: HttpRequest, *, wait: timedelta) -> HttpResponse:
    context = {"minutes": -(-wait // timedelta(minutes=1))}
    response = render(request, "registration/locked_out.html", context, status=429)
    response["Retry-After"] = str(int(wait.total_seconds()))
    return response
