"""The pages of search, and fragments for the gallery's pages with what search knows."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails


class SearchRequest(HttpRequest):
    """A request as the middleware hands it to a page that needs a login."""

    user: User
    htmx: HtmxDetails
