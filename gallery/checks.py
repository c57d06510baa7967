"""What must be so before pictures can be taken in, and people told apart."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from PIL import features

from gallery.pictures.formats import FORMATS


@checks.register()
def check_media_root(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Pictures need a place that can be written, outside the program's own folder."""
    media_root = Path(settings.MEDIA_ROOT)
    messages: list[checks.CheckMessage] = []
    if media_root.exists() and not os.access(media_root, os.R_OK | os.W_OK | os.X_OK):
        hint = "Give it to the user who runs photosearch, or name another folder in DATA_DIR."
        messages.append(checks.Error(f"Pictures cannot be stored in {media_root}.", hint=hint, id="gallery.E001"))
    if media_root.is_relative_to(settings.BASE_DIR):
        hint = "Name a folder outside of it in DATA_DIR: a new version of the program must not touch people's pictures."
        messages.append(
            checks.Warning(
                f"Pictures would lie in the program's folder, in {media_root}.", hint=hint, id="gallery.W001"
            )
        )
    return messages


@checks.register()
def check_limits(**_kwargs: Any) -> list[checks.CheckMessage]:
    """The limits must let pictures through."""
    return [
        checks.Error(f"{name} is {getattr(settings, name)}: no picture could be taken in.", id="gallery.E002")
        for name in ("MAX_UPLOAD_BYTES", "MAX_ARCHIVE_BYTES", "MAX_IMAGE_PIXELS")
        if getattr(settings, name) < 1
    ]


@checks.register()
def check_pillow(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Report decoders that this Pillow was built without."""
    return [
        checks.Error(f"Pillow was built without {name}.", hint="Install it from PyPI's wheels.", id="gallery.E003")
        for name in sorted({row.pillow_feature for row in FORMATS if row.pillow_feature})
        if not features.check(name)
    ]


@checks.register()
def check_proxies(**_kwargs: Any) -> list[checks.CheckMessage]:
    """HTTPS ends in a proxy: unless it is trusted to tell addresses, everybody comes from its own."""
    if settings.TRUSTED_PROXIES or not settings.PUBLIC_URL.startswith("https:"):
        return []
    sentence = "PUBLIC_URL is https, but no proxy is trusted: lockouts and throttles would hit everybody at once."
    hint = "Set TRUSTED_PROXIES to how many proxies of yours add to X-Forwarded-For."
    return [checks.Warning(sentence, hint=hint, id="gallery.W002")]
