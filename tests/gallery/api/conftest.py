"""Fixtures of the API's tests."""

import pytest

from tests.factories import ApiClient


@pytest.fixture
def program(media_root, owner, broker, settings) -> ApiClient:
    """Return an API client of the owner with all scopes."""
    settings.ELASTICSEARCH_URL = ""
    return ApiClient(owner)
