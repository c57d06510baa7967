"""Accounts: preferences, quota and sessions of users."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Density(models.TextChoices):
    """The spacing of the pages."""

    COMFORTABLE = "comfortable", _("comfortable")
    COMPACT = "compact", _("compact")


class Theme(models.TextChoices):
    """The colours of the pages."""

    SYSTEM = "system", _("same as system")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


class Account(models.Model):
    """The preferences of a user, and the quota that an administrator sets."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="account"
    )
    language = models.CharField(max_length=10, blank=True, help_text="Empty: the language of the browser.")
    density = models.CharField(max_length=11, choices=Density, default=Density.COMFORTABLE)
    theme = models.CharField(max_length=6, choices=Theme, default=Theme.SYSTEM)
    quota = models.PositiveBigIntegerField(null=True, blank=True, help_text="Storage limit in bytes; null: unlimited.")

    def __str__(self) -> str:
        return str(self.owner)


class OpenSession(models.Model):
    """A logged-in browser; deleted together with Django's session."""

    session = models.OneToOneField("sessions.Session", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="open_sessions")
    user_agent = models.CharField(max_length=300, blank=True, help_text="The User-Agent header.")
    ip_address = models.GenericIPAddressField(null=True)
    logged_in_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.owner}, {self.ip_address}"


def account_of(owner: AbstractBaseUser) -> Account:
    """Return the account of `owner`; creates one if missing."""
    return Account.objects.get_or_create(owner_id=owner.pk)[0]
