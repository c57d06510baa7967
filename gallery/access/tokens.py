"""Keys with which programs act for a person: named, limited to scopes, shown once and kept only as a digest."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.text.legible import printable

PREFIX = "ps_"  # So that a key that leaked into a log or a repository is recognised as one.
KEY_BYTES = 32
# `last_used_at` need not be truer than this, and so costs no write per request.
USE_RESOLUTION = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a key allows; each stands alone, none includes another."""

    PHOTO_READ = "photo:read", _("see photos, their texts and files")
    PHOTO_WRITE = "photo:write", _("change, delete and reprocess photos")
    UPLOAD = "upload", _("upload photos")
    SEARCH = "search", _("search")
    IMPORT = "import", _("import folders")
    ADMIN = "admin", _("see queues, failures and figures (administrators only)")
    ASSISTANT = "assistant", _("let an assistant (MCP) read what you allowed it")


class ApiToken(models.Model):
    """A key of one person; whoever has it may do what `scopes` say, until it expires or is revoked (the row goes)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the key."))
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text=_("Empty: never."))
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def scope_labels(self) -> list[str]:
        """The scopes in words."""
        return [str(Scope(scope).label) for scope in self.scopes]


def issue_token(
    name: str, *, user: User, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new key of `user`: its row, and the key itself, which nobody can read again later."""
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    token = ApiToken.objects.create(
        user=user, name=printable(name) or "?", digest=_digest(key), scopes=sorted(set(scopes)), expires_at=expires_at
    )
    return token, key


def find_token(key: str) -> ApiToken | None:
    """The row of a key that is valid now, and notes that it was used; None for any other."""
    # 256 random bits need no slow hash: nobody guesses them from the digest.
    token = ApiToken.objects.select_related("user").filter(digest=_digest(key), user__is_active=True).first()
    if token is None or token.is_expired:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
