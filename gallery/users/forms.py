"""Forms of the users' pages and of forgotten passwords."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gallery.users.administration import UserDetails, is_administrator

GIGABYTE = 1024**3


class GigabytesField(forms.DecimalField):
    """A number of bytes, typed in binary gigabytes like all sizes on the pages; empty: None."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, min_value=0, max_digits=9, decimal_places=3, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the gigabytes of a stored number of bytes; text that was typed stays."""
        return round(value / GIGABYTE, 3) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        """Return the bytes, or None without a limit."""
        gigabytes: Decimal | None = super().clean(value)
        return None if gigabytes is None else int(gigabytes * GIGABYTE)


class UserListForm(forms.Form):
    """The query string of the list: words and page."""

    q = forms.CharField(required=False, max_length=150)
    page = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)


class UserForm(forms.Form):
    """Details of a user: a new one, or `user` with `initial` of `details_of`."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("E-mail (optional)"),
        required=False,
        max_length=254,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    quota = GigabytesField(label=_("Quota (GB)"), help_text=_("Leave empty for no limit."))
    is_administrator = forms.BooleanField(label=_("Administrator"), required=False)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = User.objects.exclude(pk=user.pk) if user else User.objects.all()

    def clean_username(self) -> str:
        """Refuse a name that differs from another user's only in case, too."""
        name: str = self.cleaned_data["username"]
        if self.others.filter(username__iexact=name).exists():
            raise ValidationError(_("Another user has this name."))
        return name

    def details(self) -> UserDetails:
        """Return the valid form's details."""
        return UserDetails(**self.cleaned_data)


class ConfirmationForm(forms.Form):
    """The name of a user, typed to confirm that the user is deleted."""

    name = forms.CharField(
        label=_("Type the user name to confirm"),
        strip=True,
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.username = user.get_username()

    def clean_name(self) -> str:
        """Compare the typed name with the user's."""
        typed: str = self.cleaned_data["name"]
        if typed != self.username:
            raise ValidationError(_("This is not the name of this user."))
        return typed


class ActivityForm(forms.Form):
    """The activity of a user; the buttons send yes or no."""

    active = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda value: value == "yes")


class ForgottenPasswordForm(forms.Form):
    """The name or e-mail address of a user who forgot the password."""

    name = forms.CharField(
        label=_("User name or e-mail"),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "autofocus": True}),
    )


def details_of(user: User) -> dict[str, Any]:
    """Return the initial values of UserForm."""
    account = getattr(user, "account", None)
    return {
        "username": user.get_username(),
        "email": user.email,
        "quota": account.quota if account else None,
        "is_administrator": is_administrator(user) or (user.is_staff and user.is_superuser),
    }
