"""A small OpenID Connect provider on this machine: discovery, keys, tokens and user information."""

import json
import threading
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "photo search", "s:ecret"


@cache
def private_key(_name: str) -> rsa.RSAPrivateKey:
    """Return a key, the same for the same name: making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OpenIdProvider:
    """The provider; tests change its answers."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.key = private_key("of the provider")
        self.signing_key: Any = self.key
        self.algorithm = "RS256"
        self.key_id = "1"
        self.person: dict[str, Any] = {"sub": "4711", "preferred_username": "anna.k"}
        self.information: dict[str, Any] = {}
        self.changed_claims: dict[str, Any] = {}
        self.discovery = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize?tenant=1",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
            "userinfo_endpoint": f"{issuer}/information",
        }
        self.codes: dict[str, dict[str, str]] = {}

    def authorize(self, address: str) -> dict[str, str]:
        """Return the parameters with which a person comes back who logged in at `address`."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.issuer}/authorize?tenant=1&")
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        code = token_urlsafe()
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def answer(self, path: str, *, body: str, authorization: str) -> tuple[int, Any]:
        """Return status and document of an address."""
        if path == "/.well-known/openid-configuration":
            return 200, self.discovery
        if path == "/keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
            return 200, {"keys": [public | {"kid": "1", "use": "sig", "alg": "RS256"}]}
        if path == "/information":
            return 200, {"sub": self.person["sub"], **self.information}
        return self._redeem({name: values[0] for name, values in parse_qs(body).items()}, authorization)

    def _redeem(self, form: dict[str, str], authorization: str) -> tuple[int, Any]:
        query = self.codes.pop(form["code"], None)
        name, secret = b64decode(authorization.removeprefix("Basic ")).decode().split(":")
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            query is None
            or (unquote(name), unquote(secret)) != (CLIENT, SECRET)
            or challenge != query["code_challenge"]
            or form["redirect_uri"] != query["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": query["nonce"]}
        claims |= self.person | self.changed_claims
        claims = {name: value for name, value in claims.items() if value is not None}
        token = jwt.encode(claims, self.signing_key, self.algorithm, headers={"kid": self.key_id})
        return 200, {"access_token": "a", "token_type": "Bearer", "id_token": token}


@contextmanager
def open_id_provider() -> Iterator[OpenIdProvider]:
    """Run a provider in a thread."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            status, document = provider.answer(
                urlsplit(self.path).path,
                body=self.rfile.read(length).decode(),
                authorization=self.headers.get("Authorization", ""),
            )
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_arguments: Any) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("localhost", 0), Handler)
    provider = OpenIdProvider(f"http://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
