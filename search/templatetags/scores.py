"""Template filters for the scores and boxes of hits."""

from django import template

from search.keywords import matches

register = template.Library()
register.filter("points", matches.points)


@register.filter
def four_places(score: float) -> str:
    """Format a score with four places. Unlike Django's `floatformat`, it takes no time that a page of hits notices."""
    return f"{score:.4f}"


@register.filter
def percent(score: float) -> str:
    """Format a score from 0 to 1 as a percentage."""
    return f"{score:.0%}"
