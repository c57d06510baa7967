"""From where a request came: what throttles, lockouts and the list of sessions go by."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# Of an IPv6 address so many bits are given to a client, who chooses the others as they like.
NETWORK_BITS = 64


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


def client_network(request: HttpRequest | Request) -> str:
    """What requests without a key are counted by: the address, of IPv6 the network in which the client may take any."""
    address = ip_address(client_address(request) or "0.0.0.0")  # noqa: S104 - a name for what cannot be told
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, NETWORK_BITS), strict=False))
