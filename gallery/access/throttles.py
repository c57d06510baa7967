"""Request limits per minute, for each token or user, and for each network of anonymous clients."""

from math import ceil
from time import time

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from gallery.access.addresses import client_network

WINDOW = 60  # seconds


def seconds_to_wait(client: str, *, limit: int) -> int | None:
    """Count a request of `client`; return the seconds to wait, or None if the request is allowed."""
    count, seconds = count_request(client)
    return seconds if count > limit else None


def count_request(client: str) -> tuple[int, int]:
    """Count a request of `client`; return this minute's count and the seconds until it resets.

    The count is in the cache that all processes share.
    """
    now = time()
    key = f"requests:{client}:{int(now // WINDOW)}"
    cache.add(key, 0, 2 * WINDOW)
    try:
        count = cache.incr(key)
    except ValueError:  # The entry was evicted between the two calls.
        count = 1
    return count, ceil(WINDOW - now % WINDOW)


def count_invalid_token(request: HttpRequest | Request) -> int | None:
    """Count an invalid token by the client's network; return the seconds to wait after too many, otherwise None."""
    return seconds_to_wait(f"wrong:{client_network(request)}", limit=settings.API_ANONYMOUS_PER_MINUTE)


class RequestThrottle(BaseThrottle):
    """Limits requests by token, by user for browser sessions, or by network for anonymous clients."""

    wait_seconds: int | None = None
    count = limit = seconds = 0

    def allow_request(self, request: Request, view: object) -> bool:  # noqa: ARG002 - the framework's signature
        """Count the request and return whether it is within the limit."""
        self.limit = settings.API_REQUESTS_PER_MINUTE
        if request.auth is not None:
            client = f"token:{request.auth.pk}"
        elif request.user.is_authenticated:
            client = f"user:{request.user.pk}"
        else:
            client, self.limit = f"address:{client_network(request)}", settings.API_ANONYMOUS_PER_MINUTE
        self.count, self.seconds = count_request(client)
        self.wait_seconds = self.seconds if self.count > self.limit else None
        return self.wait_seconds is None

    def wait(self) -> int | None:
        """Return the value of the header Retry-After."""
        return self.wait_seconds

    def headers(self) -> dict[str, str]:
        """Return the `RateLimit` headers of draft-ietf-httpapi-ratelimit-headers-10."""
        if not self.seconds:
            return {}
        left = max(0, self.limit - self.count)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={WINDOW}',
            "RateLimit": f'"minute";r={left};t={self.seconds}',
        }
