"""Logging in through an OpenID Connect provider: authorization code flow with PKCE, state and nonce.

django-allauth keeps the state in the session and the links between subjects and users; the provider's answers are
checked here, because it accepts ID tokens without signature and nonce.
"""

import logging
from dataclasses import dataclass
from hmac import compare_digest
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
import requests
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

logger = logging.getLogger(__name__)
STATE_OWNER = "open_id"
SCOPE = "openid profile email"
# Signatures by a key pair; "none" and those by a shared secret are refused.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SECONDS_PATIENCE = 10
CLOCK_LEEWAY = 60  # seconds


class OpenIdFailed(Exception):
    """The provider's answer is missing or wrong; the message is for the log."""


@dataclass(frozen=True)
class Identity:
    """A person that the provider has verified; `email` is empty unless the provider has verified it, too."""

    issuer: str
    subject: str
    claims: dict[str, Any]

    @property
    def email(self) -> str:
        is_verified = self.claims.get("email_verified") in (True, "true")
        return str(self.claims.get("email") or "") if is_verified else ""


def is_configured() -> bool:
    return bool(settings.OIDC_ISSUER and settings.OIDC_CLIENT_ID)


def begin(request: HttpRequest, *, next_url: str, connects: int | None = None, asks_again: bool = False) -> str:
    """Return the provider's address to go to. `connects` is the id of the user to link with the identity.

    Raises OpenIdFailed.
    """
    pkce = generate_code_challenge()
    nonce = token_urlsafe(32)
    state = {"next": next_url, "nonce": nonce, "verifier": pkce["code_verifier"], "connects": connects}
    endpoint = _discover()["authorization_endpoint"]
    query = {
        "response_type": "code",
        "client_id": settings.OIDC_CLIENT_ID,
        "redirect_uri": _redirect_uri(),
        "scope": SCOPE,
        "state": statekit.stash_state(request, provider_id=STATE_OWNER, state=state),
        "nonce": nonce,
        "code_challenge": pkce["code_challenge"].decode(),
        "code_challenge_method": "S256",
        **({"prompt": "login"} if asks_again else {}),
    }
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"


def finish(request: HttpRequest) -> tuple[Identity, dict[str, Any]]:
    """Return the verified identity and what `begin` stored. Raises OpenIdFailed."""
    state_id = request.GET.get("state", "")
    state = statekit.unstash_state(request, provider_id=STATE_OWNER, state_id=state_id)
    if state is None:
        raise OpenIdFailed("The state is unknown, used or older than ten minutes.")
    if "code" not in request.GET:
        raise OpenIdFailed(f"The provider refused: {request.GET.get('error', '')[:100]!r}")
    provider = _discover()
    # RFC 9207, against answers of another provider.
    if request.GET.get("iss", provider["issuer"]) != provider["issuer"]:
        raise OpenIdFailed("The answer comes from another issuer.")
    answer = _redeem(request.GET["code"], provider=provider, verifier=state["verifier"])
    claims = _verify(answer.get("id_token"), provider=provider, nonce=state["nonce"])
    if "userinfo_endpoint" in provider:
        headers = {"Authorization": f"Bearer {answer.get('access_token')}"}
        more = _ask("GET", provider["userinfo_endpoint"], headers=headers)
        if more.get("sub") != claims["sub"]:
            raise OpenIdFailed("The user information is about another subject.")
        # An address is as verified as its own source states.
        if "email" in claims:
            more = {name: value for name, value in more.items() if name not in ("email", "email_verified")}
        claims = more | claims
    return Identity(provider["issuer"], claims["sub"], claims), state


def is_admitted(identity: Identity) -> bool:
    """Return whether the settings let this identity in, whether it is linked with a user or not."""
    if domains := settings.OIDC_EMAIL_DOMAINS:
        domain = identity.email.rpartition("@")[2].lower()
        if domain not in {allowed.strip().lower() for allowed in domains}:
            return False
    if settings.OIDC_REQUIRED_CLAIM:
        name, _equals, wanted = settings.OIDC_REQUIRED_CLAIM.partition("=")
        stated = identity.claims.get(name)
        values = stated if isinstance(stated, list) else [stated]
        return wanted in {str(value) for value in values if value is not None}
    return True


def _redirect_uri() -> str:
    return settings.PUBLIC_URL + reverse("open_id_callback")


def _discover() -> dict[str, Any]:
    """Return the provider's addresses, if it is the configured issuer."""
    provider = _ask("GET", f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration")
    issuer = provider.get("issuer")
    if not isinstance(issuer, str) or issuer.rstrip("/") != settings.OIDC_ISSUER.rstrip("/"):
        raise OpenIdFailed("The provider names another issuer than OIDC_ISSUER.")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        if not isinstance(provider.get(name), str):
            raise OpenIdFailed(f"The provider states no {name}.")
        _require_encryption(provider[name])
    return provider


def _redeem(code: str, *, provider: dict[str, Any], verifier: str) -> dict[str, Any]:
    """Exchange the code for tokens."""
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _redirect_uri(),
        "code_verifier": verifier,
        "client_id": settings.OIDC_CLIENT_ID,
    }
    name, secret = settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET
    # The standard's default is Basic, with both parts percent-encoded (RFC 6749, 2.3.1).
    methods = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if not secret or "client_secret_basic" not in methods:
        return _ask("POST", provider["token_endpoint"], data=data | ({"client_secret": secret} if secret else {}))
    return _ask("POST", provider["token_endpoint"], data=data, auth=(quote(name, safe=""), quote(secret, safe="")))


def _verify(token: Any, *, provider: dict[str, Any], nonce: str) -> dict[str, Any]:
    """Return the claims of an ID token that the provider signed for this login."""
    keys = _ask("GET", provider["jwks_uri"])
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        key = next(
            key
            for key in jwt.PyJWKSet.from_dict(keys).keys
            if wanted in (None, key.key_id) and key.public_key_use in (None, "sig")
        )
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=ALGORITHMS,
            audience=settings.OIDC_CLIENT_ID,
            issuer=provider["issuer"],
            leeway=CLOCK_LEEWAY,
            options={"require": ["exp", "iat", "sub", "iss", "aud"]},
        )
    except (jwt.PyJWTError, AttributeError, KeyError, StopIteration, TypeError, ValueError) as error:
        raise OpenIdFailed(f"The ID token is invalid: {type(error).__name__} {error}") from None
    if claims.get("azp", settings.OIDC_CLIENT_ID) != settings.OIDC_CLIENT_ID:
        raise OpenIdFailed("The ID token is for another client.")
    if not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise OpenIdFailed("The nonce of the ID token is wrong.")
    return claims


def _ask(method: str, url: str, **options: Any) -> dict[str, Any]:
    """Return the JSON object at an address of the provider. Raises OpenIdFailed."""
    _require_encryption(url)
    try:
        answer = requests.request(method, url, timeout=SECONDS_PATIENCE, allow_redirects=False, **options)
        if answer.status_code != requests.codes.ok:
            raise OpenIdFailed(f"{url} answers {answer.status_code}.")
        data = answer.json()
    except (requests.RequestException, ValueError) as error:
        raise OpenIdFailed(f"{url} does not answer: {type(error).__name__}") from None
    if not isinstance(data, dict):
        raise OpenIdFailed(f"{url} answers no JSON object.")
    return data


def _require_encryption(url: str) -> None:
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise OpenIdFailed(f"{url} is not encrypted.")
