"""The gallery's pages, by topic; each of them shows a person their own photos and nobody else's."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class PageRequest(HttpRequest):
    """A request as the middleware hands it to a page that needs a login."""

    user: User
    htmx: HtmxDetails
