"""The gallery's place among Django's applications."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """Brings its checks along."""

    name = "gallery"

    def ready(self) -> None:
        """Register the checks."""
        from gallery import checks  # noqa: F401
