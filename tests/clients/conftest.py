"""A server that answers over HTTP, and a key for other projects' clients."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.access.tokens import Scope, issue_token


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("anna", password="x")


@pytest.fixture
def key(owner: User) -> str:
    """A key with all scopes."""
    return issue_token("client", user=owner, scopes=Scope.values)[1]


@pytest.fixture
def url(live_server: Any, media_root: Any, broker: Any, settings: Any) -> str:
    """The server's address; words are searched in PostgreSQL, because nothing indexes photos here."""
    settings.ELASTICSEARCH_URL = ""
    return live_server.url
