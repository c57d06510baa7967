"""The page of places: countries and cities with counts and covers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.photos.places import places_of


@require_safe
def show_places(request: PageRequest) -> HttpResponse:
    """Show the countries and cities of the user's photos."""
    return render(request, "gallery/places/places.html", {"places": places_of(request.user)})
