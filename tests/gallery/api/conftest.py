"""What the tests of the API share."""

import pytest

from tests.gallery.conftest import broker, media_root, owner, store  # noqa: F401 - fixtures
from tests.keys import Program


@pytest.fixture
def program(media_root, owner, broker, settings) -> Program:  # noqa: F811
    """A program of the owner's that may do everything."""
    settings.ELASTICSEARCH_URL = ""
    return Program(owner)
