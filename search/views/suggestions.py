"""Suggestions while a person types into the search box: links to those searches."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from search.query.parser import MAX_QUERY_LENGTH
from search.suggestions import suggest


@require_safe
def show_suggestions(request: PageRequest) -> HttpResponse:
    """Links for what stands in the box."""
    suggestions = suggest(request.GET.get("q", "")[:MAX_QUERY_LENGTH], user=request.user)
    return render(request, "search/_suggestions.html", {"suggestions": suggestions})
