"""Passkeys: adding, naming and removing them, and logging in with one instead of the password."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.mfa.webauthn.internal.auth import begin_registration
from allauth.mfa.webauthn.views import (
    AddWebAuthnView,
    EditWebAuthnView,
    LoginWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from gallery.access.factor_forms import ConfirmingPasskeyForm, NewPasskeyForm, PasskeyLoginForm, PasskeyNameForm
from gallery.access.login_steps import count_failure, is_locked, refuse_login
from gallery.account import account_of
from gallery.views.login import refuse_guesses, refuse_locked, set_preference_cookies
from gallery.views.second_step import Throttled


class AddPasskey(Throttled, AddWebAuthnView):
    """Adds a passkey that this device or a security key makes."""

    form_class = NewPasskeyForm
    template_name = "gallery/account/add_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs) | kwargs
        context["options"] = begin_registration(self.request.user, passwordless=True)
        return context

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Passkey added."))
        return response


class RenamePasskey(EditWebAuthnView):
    """Names one of the user's passkeys."""

    form_class = PasskeyNameForm
    template_name = "gallery/account/rename_passkey.html"
    success_url = reverse_lazy("mfa_index")


class RemovePasskey(RemoveWebAuthnView):
    """Removes one of the user's passkeys; the recovery codes go with the last factor."""

    template_name = "gallery/account/remove_passkey.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(self, form: forms.Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Passkey removed."))
        return response


class ConfirmPasskey(Throttled, ReauthenticateWebAuthnView):
    """Asks for a passkey again."""

    form_class = ConfirmingPasskeyForm
    template_name = "registration/confirm_passkey.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"form": kwargs.get("form") or self.get_form()} | kwargs

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        count_failure(self.request, self.request.user)
        return self.render_to_response(self.get_context_data(form=form))


@method_decorator(login_not_required, name="dispatch")
class LogInByPasskey(LoginWebAuthnView):
    """Logs in with a passkey. It counts as both steps, because the device checks who uses it."""

    form_class = PasskeyLoginForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Drop a login that stopped before its second step; django-allauth would return to it."""
        if not request.user.is_authenticated:
            clear_login(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address, then check the passkey."""
        response: HttpResponse = refuse_guesses(request) or super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Log in, unless the user is locked at this address."""
        user = form.cleaned_data["credential"].user
        if is_locked(self.request, user):
            return refuse_locked(self.request)
        response: HttpResponse = super().form_valid(form)
        if self.request.user.is_authenticated:
            set_preference_cookies(response, account_of(self.request.user))
        return response

    def form_invalid(self, form: forms.Form) -> HttpResponse:  # noqa: ARG002 - Django's signature
        return refuse_login(self.request, _("This passkey is unknown here. It may have been removed."))
