"""What the tests of the API share."""

import pytest

from tests.factories import Program


@pytest.fixture
def program(media_root, owner, broker, settings) -> Program:
    """A program of the owner's that may do everything."""
    settings.ELASTICSEARCH_URL = ""
    return Program(owner)
