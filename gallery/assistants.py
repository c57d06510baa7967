"""The access of assistants (MCP) to a user's photos, and a log of their requests."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# Stated on the page of assistants.
LOG_RETENTION = timedelta(days=365)


class AssistantAccess(models.Model):
    """The photos of one user that assistants may read; without a row, none."""

    class Extent(models.TextChoices):
        """The photos that assistants may read."""

        NOTHING = "nothing", _("nothing")
        SEARCHES = "searches", _("results of selected saved searches")
        GALLERY = "gallery", _("the whole gallery")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="assistant_access"
    )
    extent = models.CharField(max_length=10, choices=Extent, default=Extent.NOTHING)
    shows_sensitive = models.BooleanField(
        default=False, help_text="Numbers of ID and bank cards, phone numbers and one-time codes are not masked."
    )

    def __str__(self) -> str:
        return self.extent


class AssistantCall(models.Model):
    """A tool call of an assistant, with its outcome."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="assistant_calls")
    token_name = models.CharField(max_length=100)
    tool = models.CharField(max_length=50)
    arguments = models.JSONField(default=dict)
    outcome = models.CharField(max_length=300)
    is_refused = models.BooleanField(default=False)
    called_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-id"], name="assistant_call_newest_first")]

    def __str__(self) -> str:
        return f"{self.tool}: {self.outcome}"


def access_of(user: User) -> AssistantAccess:
    """Return the access that `user` grants, or the default (nothing) without saving it."""
    return AssistantAccess.objects.filter(user=user).first() or AssistantAccess(user=user)


def forget_old_calls() -> None:
    """Delete calls older than LOG_RETENTION."""
    AssistantCall.objects.filter(called_at__lt=timezone.now() - LOG_RETENTION).delete()
