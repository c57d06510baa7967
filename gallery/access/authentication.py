"""Authentication of API clients by a token in `Authorization: Bearer …`."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from gallery.access.throttles import count_invalid_token
from gallery.access.tokens import ApiToken, find_token

SCHEME = "bearer"


class TokenAuthentication(BaseAuthentication):
    """Authenticates with an API token; wrong tokens are counted by network."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the token's user and the token, or None without a bearer token.

        Raises AuthenticationFailed if the token is invalid, Throttled after too many invalid ones.
        """
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = find_token(secret.strip())
        if token is None:
            if wait := count_invalid_token(request):
                raise Throttled(wait)
            raise AuthenticationFailed(_("This API token is unknown, expired or revoked."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """Return the WWW-Authenticate header; without it the framework would answer 403 instead of 401."""
        return 'Bearer realm="photosearch"'
