"""Behind nginx the application sees the connection's address, and trusts no header of a client."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory, override_settings

from gallery.access.addresses import client_address
from photosearch.front.wsgi import BehindFront


def seen(**headers: str) -> Any:
    """Return the request as the application gets it from gunicorn's Unix socket."""
    environ = RequestFactory().get("/", headers=headers).environ | {"REMOTE_ADDR": ""}
    given: dict[str, Any] = {}
    BehindFront(lambda environ, _start: given.update(environ) or [])(environ, None)
    return WSGIRequest(given)


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "client"),
    [
        (0, "203.0.113.7", "", "203.0.113.7"),
        (0, "203.0.113.7", "6.6.6.6", "203.0.113.7"),
        (1, "10.0.0.2", "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.2", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (1, "2001:db8::1", "", "2001:db8::1"),
    ],
)
def test_knows_client_address_as_without_nginx(proxies, peer, forwarded, client):
    headers = {"X-Peer-Address": peer} | ({"X-Forwarded-For": forwarded} if forwarded else {})
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(seen(**headers)) == client


def test_ignores_peer_address_without_nginx():
    request = RequestFactory().get("/", headers={"X-Peer-Address": "6.6.6.6"}, REMOTE_ADDR="203.0.113.7")
    assert client_address(request) == "203.0.113.7"


def test_ignores_forwarded_scheme_without_setting():
    assert not seen(**{"X-Peer-Address": "203.0.113.7", "X-Forwarded-Proto": "https"}).is_secure()
