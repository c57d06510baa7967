"""How often one may ask: so many requests in a minute for each key or session, and for each address without one."""

from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from gallery.access.addresses import client_network

WINDOW = 60  # seconds


def seconds_to_wait(who: str, *, limit: int) -> int | None:
    """Count a request of `who`; the seconds until the next is welcome, None if this one is.

    The count lies in the cache that all processes share, and starts anew with every minute.
    """
    now = time()
    key = f"requests:{who}:{int(now // WINDOW)}"
    cache.add(key, 0, 2 * WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # It was forgotten between the two lines.
        return None
    return max(1, int(WINDOW - now % WINDOW)) if count > limit else None


def count_guess(request: HttpRequest | Request) -> int | None:
    """Count a wrong key against the address it came from; after too many, the seconds to wait."""
    return seconds_to_wait(f"wrong:{client_network(request)}", limit=settings.API_ANONYMOUS_PER_MINUTE)


class RequestThrottle(BaseThrottle):
    """By key, by person where a browser asks, by address where nobody is known."""

    wait_seconds: int | None = None

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002 - the framework's signature
        """Count the request."""
        limit = settings.API_REQUESTS_PER_MINUTE
        if request.auth is not None:
            who = f"key:{request.auth.pk}"
        elif request.user.is_authenticated:
            who = f"user:{request.user.pk}"
        else:
            who, limit = f"address:{client_network(request)}", settings.API_ANONYMOUS_PER_MINUTE
        self.wait_seconds = seconds_to_wait(who, limit=limit)
        return self.wait_seconds is None

    def wait(self) -> int | None:
        """For the header Retry-After."""
        return self.wait_seconds
