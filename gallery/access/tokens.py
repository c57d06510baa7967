"""API tokens: named, limited to scopes, shown once, and stored only as a digest."""

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

from gallery.text.cleaning import clean_line

PREFIX = "ps_"  # Lets secret scanners recognise tokens in logs and repositories.
SECRET_BYTES = 32
# `last_used_at` is updated at most this often, to avoid a write per request.
USE_RESOLUTION = timedelta(minutes=1)


class Scope(models.TextChoices):
    """Permission of a token; no scope includes another."""

    PHOTO_READ = "photo:read", _("View photos, their text and files")
    PHOTO_WRITE = "photo:write", _("Edit, delete and reprocess photos")
    UPLOAD = "upload", _("Upload photos")
    SEARCH = "search", _("Search photos")
    IMPORT = "import", _("Import folders and archives")
    ADMIN = "admin", _("View users, queues, failures and metrics (administrators only)")
    ASSISTANT = "assistant", _("Let an AI assistant (MCP) read what you share with it")


class ApiToken(models.Model):
    """A token that acts for its user, limited to `scopes`, until it expires or is revoked (deleted)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the token."))
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
        return [str(Scope(scope).label) for scope in self.scopes]


def issue_token(
    name: str, *, user: User, scopes: Iterable[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Create a token for `user`; return its row, and its secret, which is not stored."""
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken.objects.create(
        user=user,
        name=clean_line(name) or "?",
        digest=_digest(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    return token, secret


def find_token(secret: str) -> ApiToken | None:
    """Return the valid token with this secret, and record its use; None if there is none."""
    # A fast hash is enough for 256 random bits: they cannot be guessed from the digest.
    token = ApiToken.objects.select_related("user").filter(digest=_digest(secret), user__is_active=True).first()
    if token is None or token.is_expired:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > USE_RESOLUTION:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
