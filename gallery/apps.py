"""The gallery's place among Django's applications."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """Brings its checks along, and what listens for logins and for users that are deleted."""

    name = "gallery"

    def ready(self) -> None:
        """Register them."""
        from gallery import checks, sessions, user_deletion  # noqa: F401
