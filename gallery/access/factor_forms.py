"""Forms of the second factors: codes, passwords typed again, and passkeys."""

from typing import Any

from allauth.account.adapter import get_adapter as get_login_adapter
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from gallery.text.cleaning import clean_line

MAX_NAME = 60


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
        if not get_login_adapter().reauthenticate(self.user, password):
            raise get_login_adapter().validation_error("incorrect_password")
        return password


def label_code(form: forms.Form) -> None:
    """Ask for six or eight digits, in our words."""
    field = form.fields["code"]
    field.label = _("Code")
    field.widget = forms.TextInput(
        {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True, "maxlength": "20"}
    )


class AppForm(ActivateTOTPForm):
    """The first code of the app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label_code(self)


class _RefusesOtherJson(forms.Form):
    """Refuses JSON that is no credential; the library raises many kinds of errors for it."""

    def _checked(self, check: Any) -> Any:
        try:
            return check()
        except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
            raise get_adapter().validation_error("incorrect_passkey") from None


class PasskeyForm(_RefusesOtherJson, AuthenticateWebAuthnForm):
    """A passkey as the second step."""

    def clean_credential(self) -> Authenticator:
        return self._checked(super().clean_credential)


class PasskeyLoginForm(_RefusesOtherJson, LoginWebAuthnForm):
    """A passkey instead of user name and password."""

    def clean_credential(self) -> Authenticator:
        return self._checked(super().clean_credential)


class ConfirmingPasskeyForm(_RefusesOtherJson, ReauthenticateWebAuthnForm):
    """A passkey of a user who is logged in."""

    def clean_credential(self) -> Authenticator:
        return self._checked(super().clean_credential)


class _PasskeyName(forms.CharField):
    def __init__(self, *, required: bool) -> None:
        super().__init__(
            required=required,
            max_length=MAX_NAME,
            label=_("Name"),
            widget=forms.TextInput({"autocomplete": "off"}),
        )

    def clean(self, value: Any) -> str:
        return clean_line(super().clean(value))


class NewPasskeyForm(_RefusesOtherJson, AddWebAuthnForm):
    """A new passkey, with a name."""

    name = _PasskeyName(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every passkey can replace the password: the device checks who uses it.
        del self.fields["passwordless"]

    def clean(self) -> dict[str, Any]:
        """Verify the answer of the device, also that it checked who uses it."""
        self.cleaned_data["passwordless"] = True
        cleaned: dict[str, Any] = self._checked(super().clean)
        return cleaned


class PasskeyNameForm(EditWebAuthnForm):
    """The name of a passkey."""

    name = _PasskeyName(required=True)
