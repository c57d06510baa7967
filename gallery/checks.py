"""System checks: media folder, limits, image formats, and proxies."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from PIL import features

from gallery.pictures.formats import FORMATS


@checks.register()
def check_media_root(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that MEDIA_ROOT is writable and outside the program's own folder."""
    media_root = Path(settings.MEDIA_ROOT)
    messages: list[checks.CheckMessage] = []
    if media_root.exists() and not os.access(media_root, os.R_OK | os.W_OK | os.X_OK):
        hint = "Make it writable for the user that runs photosearch, or set DATA_DIR to another folder."
        messages.append(checks.Error(f"Pictures cannot be stored in {media_root}.", hint=hint, id="gallery.E001"))
    if media_root.is_relative_to(settings.BASE_DIR):
        hint = "Set DATA_DIR to a folder outside of it, so that an update of the program cannot delete pictures."
        messages.append(
            checks.Warning(
                f"Pictures would be stored in {media_root}, inside the program's folder.", hint=hint, id="gallery.W001"
            )
        )
    return messages


@checks.register()
def check_limits(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that the limits are positive."""
    return [
        checks.Error(f"{name} is {getattr(settings, name)}: every upload would be refused.", id="gallery.E002")
        for name in ("MAX_UPLOAD_BYTES", "MAX_ARCHIVE_BYTES", "MAX_IMAGE_PIXELS")
        if getattr(settings, name) < 1
    ]


@checks.register()
def check_pillow(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that Pillow was built with the decoders that the formats need."""
    return [
        checks.Error(f"Pillow was built without {name}.", hint="Install it from PyPI's wheels.", id="gallery.E003")
        for name in sorted({row.pillow_feature for row in FORMATS if row.pillow_feature})
        if not features.check(name)
    ]


@checks.register()
def check_proxies(**_kwargs: Any) -> list[checks.CheckMessage]:
    """Check that the proxy which terminates HTTPS is trusted: otherwise all clients seem to have its address."""
    if settings.TRUSTED_PROXIES or not settings.PUBLIC_URL.startswith("https:"):
        return []
    sentence = (
        "PUBLIC_URL is https, but no proxy is trusted: lockouts and rate limits would apply to all users at once."
    )
    hint = "Set TRUSTED_PROXIES to the number of your proxies that append to X-Forwarded-For."
    return [checks.Warning(sentence, hint=hint, id="gallery.W002")]
