"""Exceptions of API views, each with its status; gallery.access.problems turns them into problem documents."""

from django.utils.translation import gettext as _
from rest_framework import exceptions

from gallery.access.tokens import Scope


class TooLarge(exceptions.APIException):
    """The file or picture exceeds a limit."""

    status_code = 413
    default_code = "too-large"


class UnsupportedMedia(exceptions.APIException):
    """The bytes are not a supported picture, or the body has an unsupported type."""

    status_code = 415
    default_code = "unsupported-media-type"


class MissingScope(exceptions.PermissionDenied):
    """The token lacks the scope that the view requires."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(_("The API token lacks the scope “%(scope)s”.") % {"scope": scope})
        self.scope = scope


class LengthRequired(exceptions.APIException):
    """The body has no Content-Length; Django would read it as empty."""

    status_code = 411
    default_code = "length-required"


class PreconditionFailed(exceptions.APIException):
    """The resource has changed since the client read it."""

    status_code = 412
    default_code = "precondition-failed"


class Conflict(exceptions.APIException):
    """The resource's state does not allow the operation."""

    status_code = 409
    default_code = "conflict"


class InvalidRequest(exceptions.APIException):
    """The request is invalid; `detail` says why."""

    status_code = 400
    default_code = "invalid"
