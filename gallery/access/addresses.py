"""The address that a request came from, and the network that throttles and lockouts count it by."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# The bits of an IPv6 address that a provider assigns; the client chooses the others.
NETWORK_BITS = 64
UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for an address that cannot be told


def client_address(request: HttpRequest | Request) -> str | None:
    """The address that the request came from, as the outermost of our own proxies saw it; None if it cannot be told.

    An IPv4 address within IPv6 is returned as IPv4.
    """
    proxies = settings.TRUSTED_PROXIES
    parts = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = [part.strip() for part in parts if part.strip()]
    address = request.META.get("REMOTE_ADDR", "")
    if proxies and len(forwarded) >= proxies:
        # What stands further left, anybody may have written.
        address = forwarded[-proxies]
    try:
        return str(_unmapped(ip_address(address)))
    except ValueError:
        return None


def client_network(request: HttpRequest | Request) -> str:
    """The IPv4 address, or first one of the IPv6 network, by which guesses and requests without a key are counted."""
    address = ip_address(client_address(request) or UNKNOWN)
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(ip_network((int(address), NETWORK_BITS), strict=False).network_address)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
