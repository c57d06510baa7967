"""Suggestions below the search box while the user types."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from search.query.parser import MAX_QUERY_LENGTH
from search.suggestions.suggesting import suggest


@require_safe
def show_suggestions(request: PageRequest) -> HttpResponse:
    """Show the options of the search box for the typed `q`."""
    suggestions = suggest(request.GET.get("q", "")[:MAX_QUERY_LENGTH], user=request.user)
    return render(request, "search/_suggestions.html", {"suggestions": suggestions})
