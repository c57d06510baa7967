"""Programs that act for a person in tests: a client that sends a key with every request."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.test import Client

from gallery.access.tokens import Scope, issue_token


class Program(Client):
    """A program of `user` with a key; without scopes named, with all of them."""

    def __init__(self, user: User, *scopes: str, expires_at: datetime | None = None, **options: Any) -> None:
        self.token, self.key = issue_token("test", user=user, scopes=scopes or Scope.values, expires_at=expires_at)
        super().__init__(**options, headers={"Authorization": f"Bearer {self.key}"})
