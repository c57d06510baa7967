"""The client address of a request, and the network that throttles and lockouts count it by."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# The prefix of an IPv6 address that a provider assigns; clients choose the remaining bits.
NETWORK_BITS = 64
UNKNOWN = "0.0.0.0"  # noqa: S104 - stands for an unknown address


def client_address(request: HttpRequest | Request) -> str | None:
    """Return the client address as the outermost of our own proxies saw it; None if it is unknown.

    An IPv4-mapped IPv6 address is returned as IPv4.
    """
    proxies = settings.TRUSTED_PROXIES
    parts = request.headers.get("X-Forwarded-For", "").split(",")
    forwarded = [part.strip() for part in parts if part.strip()]
    address = request.META.get("REMOTE_ADDR", "")
    if proxies and len(forwarded) >= proxies:
        # Clients can forge the entries further left.
        address = forwarded[-proxies]
    try:
        return str(_unmapped(ip_address(address)))
    except ValueError:
        return None


def client_network(request: HttpRequest | Request) -> str:
    """Return the client's IPv4 address, or the first address of its IPv6 network, for counting its requests."""
    address = ip_address(client_address(request) or UNKNOWN)
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(ip_network((int(address), NETWORK_BITS), strict=False).network_address)


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
