"""Access to the site and the API: requests, authentication, scopes, throttles, body limits and error documents."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from gallery.access.tokens import ApiToken

# Functions that find photos accept anonymous users too, and find nothing for them.
AnyUser = AbstractBaseUser | AnonymousUser


class PageRequest(HttpRequest):
    """A page's request after login."""

    user: User
    htmx: HtmxDetails


class ApiRequest(Request):
    """An API view's request: `auth` is the client's token, or None for a browser session."""

    user: User
    auth: ApiToken | None
