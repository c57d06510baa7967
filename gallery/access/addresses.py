"""From where a request came: what throttles, lockouts and the list of sessions go by."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request


def client_address(request: HttpRequest | Request) -> str | None:
    """The address that the request came from, as the outermost of our own proxies saw it; None if it cannot be told."""
    proxies = settings.TRUSTED_PROXIES
    parts = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = [part.strip() for part in parts if part.strip()]
    address = request.META.get("REMOTE_ADDR", "")
    if proxies and len(forwarded) >= proxies:
        # What stands further left, anybody may have written.
        address = forwarded[-proxies]
    try:
        return str(ip_address(address))
    except ValueError:
        return None
