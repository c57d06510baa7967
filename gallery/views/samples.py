"""Dismisses the card that introduces the sample pictures."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from gallery.access import PageRequest

DISMISSED_COOKIE = "samples-card"


@require_POST
def dismiss_card(_request: PageRequest) -> HttpResponse:
    """Hide the card in this browser; the samples stay."""
    response = redirect("gallery:photos")
    response.set_cookie(
        DISMISSED_COOKIE,
        "dismissed",
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response
