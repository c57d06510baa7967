"""Entity tags: answer 304 when the client's copy is current, and refuse changes based on an old state.

RFC 9110, section 13. Conditions on dates are ignored because answers have no Last-Modified.
"""

import hashlib

from django.http import HttpRequest
from django.utils.http import parse_etags, quote_etag


def etag_of(content: bytes) -> str:
    """Return the entity tag of an answer's bytes."""
    return quote_etag(hashlib.sha256(content).hexdigest()[:32])


def failed_condition(request: HttpRequest, etag: str) -> int | None:
    """Return the status for a failed condition on `etag`: 412, 304, or None if no condition fails."""
    if not matches(request.headers.get("If-Match", ""), etag):
        return 412
    unwanted = request.headers.get("If-None-Match", "")
    if request.method in ("GET", "HEAD") and parse_etags(unwanted) and matches(unwanted, etag):
        return 304
    return None


def matches(header: str, etag: str) -> bool:
    """Return whether `header` contains `etag` or `*`.

    Weak tags match strong ones: a compressing proxy makes our tags weak without changing the content.
    """
    named = [tag.removeprefix("W/") for tag in parse_etags(header)]
    return not named or "*" in named or etag in named
