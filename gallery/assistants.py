"""What a person lets assistants (MCP) read, and what those have asked."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# So long it stays written down what they asked; the page says so.
KEPT = timedelta(days=365)


class AssistantAccess(models.Model):
    """What assistants may read of one person's photos; without a row, nothing."""

    class Extent(models.TextChoices):
        """Which photos."""

        NOTHING = "nothing", _("nothing")
        SEARCHES = "searches", _("what chosen saved searches find")
        GALLERY = "gallery", _("the whole gallery")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="assistant_access"
    )
    extent = models.CharField(max_length=10, choices=Extent, default=Extent.NOTHING)
    shows_sensitive = models.BooleanField(
        default=False, help_text=_("Identity cards, bank cards, telephone numbers and one-time codes go out unmasked.")
    )

    def __str__(self) -> str:
        return self.extent


class AssistantCall(models.Model):
    """One thing that an assistant asked, and what became of it."""

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
    """What `user` allows; as stored, or the cautious default."""
    return AssistantAccess.objects.filter(user=user).first() or AssistantAccess(user=user)


def forget_old_calls() -> None:
    """Shorten everybody's log to what was asked lately."""
    AssistantCall.objects.filter(called_at__lt=timezone.now() - KEPT).delete()
