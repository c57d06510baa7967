"""Checks name obstacles to pictures before the first one is sent."""

from pathlib import Path
from typing import Any

import pytest
from PIL import features

from gallery import checks


def ids(messages: list[Any]) -> list[str]:
    return [message.id for message in messages]


def test_passes_sound_installation() -> None:
    assert checks.check_media_root() + checks.check_limits() + checks.check_pillow() + checks.check_proxies() == []


def test_reports_folder_that_is_not_writable(media_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media_root.mkdir()
    monkeypatch.setattr(checks.os, "access", lambda *_args: False)
    assert ids(checks.check_media_root()) == ["gallery.E001"]


def test_warns_of_pictures_in_program_folder(settings: Any) -> None:
    settings.MEDIA_ROOT = settings.BASE_DIR / "media"
    assert ids(checks.check_media_root()) == ["gallery.W001"]


def test_reports_limits_below_one(settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 0
    settings.MAX_IMAGE_PIXELS = -1
    assert ids(checks.check_limits()) == ["gallery.E002", "gallery.E002"]


def test_reports_pillow_without_webp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "check", lambda name: name != "webp")
    assert ids(checks.check_pillow()) == ["gallery.E003"]


def test_warns_of_https_without_trusted_proxy(settings: Any) -> None:
    settings.PUBLIC_URL = "https://photos.example"
    settings.TRUSTED_PROXIES = 0
    assert ids(checks.check_proxies()) == ["gallery.W002"]
    settings.TRUSTED_PROXIES = 1
    assert checks.check_proxies() == []
