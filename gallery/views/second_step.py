"""The second step of the login, and confirming who is there before security settings change."""

from typing import Any

from allauth.account.views import ReauthenticateView
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator

from gallery.access.factor_forms import CodeForm, ConfirmingCodeForm, ConfirmingPasswordForm, PasskeyForm
from gallery.access.login_steps import count_failure, has_password_changed, is_locked
from gallery.account import account_of
from gallery.views.login import refuse_guesses, refuse_locked, set_preference_cookies


@method_decorator(login_not_required, name="dispatch")
class SecondStep(AuthenticateView):
    """Asks for the second factor after the password or another first step."""

    form_class = CodeForm
    webauthn_form_class = PasskeyForm
    template_name = "registration/second_step.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form, unless the password has changed since the first step."""
        if has_password_changed(request, self.stage.login.user):
            return self.stage.abort()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Throttle by address, by name at this address, and in the form by user; then check the factor."""
        user = self.stage.login.user
        if has_password_changed(request, user):
            return self.stage.abort()
        if refusal := refuse_guesses(request):
            return refusal
        return refuse_locked(request) if is_locked(request, user) else super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say which factors the user has."""
        types = set(Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True))
        factors = {"has_app": Authenticator.Type.TOTP in types, "has_passkey": Authenticator.Type.WEBAUTHN in types}
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | factors

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Log in, and set the cookies for language, colours and spacing."""
        response = super().form_valid(form)
        if self.request.user.is_authenticated:
            set_preference_cookies(response, account_of(self.request.user))
        return response

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        count_failure(self.request, self.stage.login.user)
        response = super().form_invalid(form)
        response.status_code = 400
        return response


class Throttled:
    """Throttles by address and by user, like the password page."""

    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return refuse_guesses(request) or super().post(request, *args, **kwargs)  # type: ignore[misc]

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        status = 400 if context["form"].errors else 200
        response: HttpResponse = super().render_to_response(context, status=status, **options)  # type: ignore[misc]
        return response


class ConfirmPassword(Throttled, ReauthenticateView):
    """Asks for the password again."""

    form_class = ConfirmingPasswordForm
    template_name = "registration/confirm.html"


class ConfirmCode(Throttled, ReauthenticateByCodeView):
    """Asks for a code again."""

    form_class = ConfirmingCodeForm
    template_name = "registration/confirm.html"

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        count_failure(self.request, self.request.user)
        response: HttpResponse = super().form_invalid(form)
        return response
