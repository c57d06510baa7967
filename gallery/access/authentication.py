"""Who asks: a program with a key in `Authorization: Bearer …`, or a browser that is logged in."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.request import Request

from gallery.access.throttles import count_invalid_token
from gallery.access.tokens import ApiToken, find_token

SCHEME = "bearer"


class TokenAuthentication(BaseAuthentication):
    """A key (gallery.access.tokens)."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The key's owner and the key; None where there is no such header."""
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        token = find_token(key.strip())
        if token is None:
            if wait := count_invalid_token(request):
                raise Throttled(wait)
            raise AuthenticationFailed(_("This key is unknown, expired or revoked."))
        return token.user, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """With this, what is missing is answered by 401 and not by 403."""
        return 'Bearer realm="photosearch"'
