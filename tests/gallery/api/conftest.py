"""What the tests of the API share."""

import pytest

from tests.factories import ApiClient


@pytest.fixture
def program(media_root, owner, broker, settings) -> ApiClient:
    """A program of the owner's that may do everything."""
    settings.ELASTICSEARCH_URL = ""
    return ApiClient(owner)
