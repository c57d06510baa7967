"""The Django application `gallery`."""

from django.apps import AppConfig


class GalleryConfig(AppConfig):
    """Registers the checks and the signal receivers for logins and deleted users."""

    name = "gallery"

    def ready(self) -> None:
        from gallery import checks, user_deletion  # noqa: F401
        from gallery.access import sessions  # noqa: F401
