"""Entity tags: a client that has an answer already is told 304, and one that knows an old state changes nothing.

RFC 9110, section 13. Conditions on dates are passed over, as nothing here has a Last-Modified.
"""

import hashlib

from django.http import HttpRequest
from django.utils.http import parse_etags, quote_etag


def etag_of(content: bytes) -> str:
    """The entity tag of an answer's bytes."""
    return quote_etag(hashlib.sha256(content).hexdigest()[:32])


def failed_condition(request: HttpRequest, etag: str) -> int | None:
    """The status that answers instead of what has the tag `etag` now: 412, 304, or None where none does."""
    if not matches(request.headers.get("If-Match", ""), etag):
        return 412
    unwanted = request.headers.get("If-None-Match", "")
    if request.method in ("GET", "HEAD") and parse_etags(unwanted) and matches(unwanted, etag):
        return 304
    return None


def matches(header: str, etag: str) -> bool:
    """Whether `header` names `etag`, or nothing at all.

    Weak tags count as strong ones: a proxy that compresses makes ours weak, and what they name stays the same.
    """
    named = [tag.removeprefix("W/") for tag in parse_etags(header)]
    return not named or "*" in named or etag in named
