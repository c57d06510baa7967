"""What all tests share."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def static_files(settings: Any) -> None:
    """Static files straight from the source: collecting and hashing them belongs to starting a site."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
