"""How programs are let in: keys, scopes, throttles, and the one shape in which the API says what is wrong."""

from django.contrib.auth.models import User
from rest_framework.request import Request

from gallery.access.tokens import ApiToken


class ApiRequest(Request):
    """A request as it reaches a view: from a person's program (`auth` is its key) or from their browser (None)."""

    user: User
    auth: ApiToken | None
