"""The second step of the login, and confirming who is there before security settings change."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.views import ReauthenticateView
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as ReauthenticateByCodeView
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

from gallery.access.login_steps import count_failure, has_password_changed, is_locked
from gallery.account import account_of
from gallery.views.login import refuse_guesses, refuse_locked, set_preference_cookies


class CodeForm(AuthenticateForm):
    """A code of the app, or a recovery code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_code(self)


class ConfirmingCodeForm(ReauthenticateForm):
    """The same, for a user who is logged in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_code(self)


class ConfirmingPasswordForm(forms.Form):
    """The password of the user who is logged in."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        """Check the password through the backends, which count failures."""
        password: str = self.cleaned_data["password"]
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


def label_code(form: forms.Form) -> None:
    """Ask for six or eight digits, in our words."""
    field = form.fields["code"]
    field.label = _("Code")
    field.widget = forms.TextInput(
        {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": "20"}
    )


@method_decorator(login_not_required, name="dispatch")
class SecondStep(AuthenticateView):
    """Asks for the second factor after the password or another first step."""

    form_class = CodeForm
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


class _Throttled:
    """Throttles by address and by user, like the password page."""

    request: HttpRequest

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return refuse_guesses(request) or super().post(request, *args, **kwargs)  # type: ignore[misc]

    def render_to_response(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        status = 400 if context["form"].errors else 200
        response: HttpResponse = super().render_to_response(context, status=status, **options)  # type: ignore[misc]
        return response


class ConfirmPassword(_Throttled, ReauthenticateView):
    """Asks for the password again."""

    form_class = ConfirmingPasswordForm
    template_name = "registration/confirm.html"


class ConfirmCode(_Throttled, ReauthenticateByCodeView):
    """Asks for a code again."""

    form_class = ConfirmingCodeForm
    template_name = "registration/confirm.html"

    def form_invalid(self, form: forms.Form) -> HttpResponse:
        count_failure(self.request, self.request.user)
        response: HttpResponse = super().form_invalid(form)
        return response
