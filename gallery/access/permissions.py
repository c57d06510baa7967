"""What the one who asks may do: a view names a scope for each of its methods, and a key must hold it."""

from django.http import HttpRequest
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from gallery.access.tokens import Scope


class HasScope(BasePermission):
    """The key holds the scope in the view's `scopes`; a browser's session may do what its person may."""

    def has_permission(self, request: Request, view: object) -> bool:
        """A method that the view does not know is left to the view."""
        if not request.user.is_authenticated:
            return False
        scope = scope_of(view, str(request.method))
        if scope == Scope.ADMIN and not request.user.is_staff:
            return False
        if request.auth is None:
            return True
        # What assistants may know their tools tell; here they would learn how many photos there are.
        return scope in request.auth.scopes if scope else request.auth.scopes != [Scope.ASSISTANT]


def may_administrate(request: Request | HttpRequest) -> bool:
    """Return whether the user is an administrator and the key, if one was sent, has the scope `admin`."""
    key = getattr(request, "auth", None)
    return bool(request.user.is_staff) and (key is None or Scope.ADMIN in key.scopes)


def scope_of(view: object, method: str) -> Scope | None:
    """The scope that `method` of `view` wants; None: any key will do that is not for assistants alone."""
    scopes: dict[str, Scope] = getattr(view, "scopes", {})
    return scopes.get("GET" if method == "HEAD" else method)
