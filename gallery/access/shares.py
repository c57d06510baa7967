"""Tells pictures that other apps share with the installed web app from forms that other sites send."""

from django.conf import settings
from django.http import HttpRequest

# Browsers send no origin, or an opaque one, with requests that no page started.
NO_ORIGIN = {"", "null"}


def is_from_share_sheet(request: HttpRequest) -> bool:
    """Return whether the browser itself, or one of our pages, sent this form.

    A shared form cannot hold our CSRF token. Pages cannot set or change Sec-Fetch-Site, which every browser with share
    targets sends: it is `none` if no page started the request, and `cross-site` or `same-site` if a page of another
    origin did, also through a redirection. The session's cookie is SameSite=Lax, so that forms of other sites arrive
    without it as well.
    """
    origin = request.headers.get("Origin", "")
    match request.headers.get("Sec-Fetch-Site"):
        case "none":
            return origin in NO_ORIGIN or _is_ours(origin, request)
        case "same-origin":
            return _is_ours(origin, request)
        case _:
            return False


def _is_ours(origin: str, request: HttpRequest) -> bool:
    return origin in {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
