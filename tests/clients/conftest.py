"""A live HTTP server and an API token for the clients of other projects."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from gallery.access.tokens import Scope, issue_token


@pytest.fixture
def owner(transactional_db: None) -> User:
    return User.objects.create_user("anna", password="x")


@pytest.fixture
def token(owner: User) -> str:
    """Return the secret of an API token with all scopes."""
    return issue_token("client", user=owner, scopes=Scope.values)[1]


@pytest.fixture
def url(live_server: Any, media_root: Any, broker: Any, settings: Any) -> str:
    """Return the server's address. Words are searched in PostgreSQL, because nothing indexes photos here."""
    settings.ELASTICSEARCH_URL = ""
    return live_server.url
