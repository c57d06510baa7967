"""What is kept of a person beside their photos: language, density of the pages, quota, and where they are logged in."""

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class Density(models.TextChoices):
    """How close together things stand on the pages."""

    COMFORTABLE = "comfortable", _("comfortable")
    COMPACT = "compact", _("compact")


class Account(models.Model):
    """What a person has chosen, and what an administrator grants them."""

    owner = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="account"
    )
    language = models.CharField(max_length=10, blank=True, help_text=_("Empty: that of the browser."))
    density = models.CharField(max_length=11, choices=Density, default=Density.COMFORTABLE)
    quota = models.PositiveBigIntegerField(
        null=True, blank=True, help_text=_("So many bytes of photos may be stored; empty: no limit.")
    )

    def __str__(self) -> str:
        return str(self.owner)


class OpenSession(models.Model):
    """A browser in which a person is logged in; the row goes with Django's session."""

    session = models.OneToOneField("sessions.Session", on_delete=models.CASCADE, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="open_sessions")
    agent = models.CharField(max_length=300, blank=True, help_text=_("What the browser calls itself."))
    address = models.GenericIPAddressField(null=True)
    began_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.owner}, {self.address}"


def account_of(owner: AbstractBaseUser) -> Account:
    """What is kept of `owner`."""
    return Account.objects.get_or_create(owner_id=owner.pk)[0]
