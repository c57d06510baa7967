"""Settings and fixtures of all tests."""

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import dramatiq
import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test.client import MULTIPART_CONTENT, RequestFactory
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import expect

from gallery.access.body_limits import limited_paths
from gallery.intake.upload import store_upload
from gallery.models import Photo
from tests.drawing import picture

# No deadlines, because the speed of the machine is not tested. The suite uses the same examples in every run, so that
# no change fails by chance; `make soak` tries others.
any_machine = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.register_profile("the same", any_machine, derandomize=True, database=None)
hypothesis_settings.register_profile("others", any_machine, max_examples=2000, derandomize=False)
hypothesis_settings.load_profile("the same")
expect.set_options(timeout=60_000)


@pytest.fixture(autouse=True)
def static_files(settings: Any) -> None:
    """Serve static files from the source, without collecting and hashing them."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def empty_cache(settings: Any) -> None:
    """Use an empty in-process cache that accepts the same values as the one in Valkey."""
    settings.CACHES = {"default": {"BACKEND": "photosearch.caching.JsonMemoryCache"}}
    cache.clear()


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Hash passwords quickly: the real hasher takes 0.2 s, and nearly every test creates a user."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _post_as_browsers_do(
    factory: RequestFactory, path: str, data: Any = None, content_type: str = MULTIPART_CONTENT, **options: Any
) -> Any:
    """Encode forms without files as browsers do; Django's client encodes every form as multipart/form-data."""
    if content_type is MULTIPART_CONTENT and not _holds_file(data) and not _takes_files(path):
        form = {name: value for name, value in (data or {}).items() if value is not None}
        data, content_type = urlencode(form, doseq=True), "application/x-www-form-urlencoded"
    return _post(factory, path, data, content_type, **options)


def _holds_file(data: Any) -> bool:
    values = [value for given in (data or {}).values() for value in (given if isinstance(given, list) else [given])]
    return any(hasattr(value, "read") for value in values)


def _takes_files(path: str) -> bool:
    return any(place.path == path and place.limit.takes_forms_with_files for place in limited_paths())


_post = RequestFactory.post
RequestFactory.post = _post_as_browsers_do  # type: ignore[method-assign]


@pytest.fixture
def media_root(tmp_path: Path, settings: Any) -> Path:
    """A media folder below the test's temporary folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def owner(db: None) -> User:
    return User.objects.create_user("anna", password="x")


@pytest.fixture
def store(media_root: Path, owner: User) -> Callable[..., Photo]:
    """Return a function that stores the given bytes, or else a picture of another colour at each call."""
    colours = iter(range(256))

    def store_picture(data: bytes | None = None, *, filename: str = "picture.png", owner: User = owner) -> Photo:
        return store_upload(BytesIO(data or picture(next(colours))), owner=owner, filename=filename)[0]

    return store_picture


@pytest.fixture
def broker() -> Iterator[Any]:
    """The broker with empty queues, emptied again after the test."""
    broker = dramatiq.get_broker()
    broker.flush_all()
    yield broker
    broker.flush_all()


FOLDERS = {"skimage": "data", "sklearn": "datasets/images"}


def photograph(package: str, filename: str) -> Path:
    """Return the path of a photograph in an installed package."""
    return Path(find_spec(package).origin).parent / FOLDERS[package] / filename


@pytest.fixture(scope="session")
def photographs() -> dict[str, Path]:
    """Photographs from installed packages, by their subject."""
    return {
        "cat": photograph("skimage", "chelsea.png"),
        "coffee": photograph("skimage", "coffee.png"),
        "rocket": photograph("skimage", "rocket.jpg"),
        "flower": photograph("sklearn", "flower.jpg"),
        "temple": photograph("sklearn", "china.jpg"),
    }
