"""Exceptions that views of the API raise, each with its status; gallery.access.problems puts them in words."""

from django.utils.translation import gettext as _
from rest_framework import exceptions

from gallery.tokens import Scope


class TooLarge(exceptions.APIException):
    """The file or the picture exceeds the limits."""

    status_code = 413
    default_code = "too-large"


class Unsupported(exceptions.APIException):
    """The bytes are no picture of a type that we read, or the body is of a type that is not taken here."""

    status_code = 415
    default_code = "unsupported-media-type"


class MissingScope(exceptions.PermissionDenied):
    """The key lacks `scope`."""

    def __init__(self, scope: Scope) -> None:
        super().__init__(_("This key lacks the scope “%(scope)s”.") % {"scope": scope})
        self.scope = scope


class LengthRequired(exceptions.APIException):
    """The body has no Content-Length: it may be of any size, and Django would take it for an empty one."""

    status_code = 411
    default_code = "length-required"


class PreconditionFailed(exceptions.APIException):
    """The thing is not as the client last saw it."""

    status_code = 412
    default_code = "precondition-failed"


class Conflict(exceptions.APIException):
    """The thing is not in a state in which that can be done."""

    status_code = 409
    default_code = "conflict"


class Refused(exceptions.APIException):
    """The request makes no sense as it is; `detail` says why."""

    status_code = 400
    default_code = "invalid"
