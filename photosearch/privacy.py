"""Headers that keep private answers out of caches, and clear the browser's data after logging out."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

NO_STORE = "private, no-store"
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
# Clears cached thumbnails and pages, and resumable uploads. Not "cookies": that would also clear those of other
# programs on the domain and the settings for language and spacing. The session's cookie is deleted anyway.
CLEAR_SITE_DATA = '"cache", "storage"'
HAS_LOGGED_OUT = "_has_logged_out"


class PrivateAnswers:
    """Middleware that forbids caching of answers without Cache-Control, and adds Vary.

    Static files are answered before it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", NO_STORE)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        patch_vary_headers(response, self._conditions(request, response))
        if getattr(request, HAS_LOGGED_OUT, False):
            response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
        return response

    @staticmethod
    def _conditions(request: HttpRequest, response: HttpResponseBase) -> list[str]:
        if request.path.startswith("/api/"):
            return ["Cookie", "Authorization"]
        # htmx gets a fragment of many pages, and its own redirection from the login.
        is_page = response.headers.get("Content-Type", "").startswith("text/html")
        return ["Cookie", "HX-Request"] if is_page else ["Cookie"]


@receiver(user_logged_out)
def note_logout(request: HttpRequest, **_kwargs: Any) -> None:
    """Make the response clear the browser's data, on any page that logs the user out."""
    setattr(request, HAS_LOGGED_OUT, True)
