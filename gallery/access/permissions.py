"""Permissions of API clients: views name a scope for each method, and the token must have it."""

from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gallery.access.tokens import Scope


class HasScope(BasePermission):
    """Requires the scope in the view's `scopes`; browser sessions have the permissions of their user."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Return whether the request is allowed. Methods without a scope need any token but one for assistants."""
        if not request.user.is_authenticated:
            return False
        scope = scope_of(view, str(request.method))
        if scope == Scope.ADMIN and not request.user.is_staff:
            return False
        if request.auth is None:
            return True
        # Assistants get data only from their tools; views without a scope would reveal the number of photos.
        return scope in request.auth.scopes if scope else request.auth.scopes != [Scope.ASSISTANT]


def may_administrate(request: Request | HttpRequest) -> bool:
    """Return whether the user is an administrator and the token, if one was sent, has the scope `admin`."""
    token = getattr(request, "auth", None)
    return bool(request.user.is_staff) and (token is None or Scope.ADMIN in token.scopes)


def scope_of(view: object, method: str) -> Scope | None:
    """Return the scope that `method` of `view` requires, or None if it requires no particular scope."""
    scopes: dict[str, Scope] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)
