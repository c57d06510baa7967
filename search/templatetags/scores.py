"""Template filters for what search shows of a hit."""

from django import template

from search.keywords import matches

register = template.Library()
register.filter("points", matches.points)


@register.filter
def percent(score: float) -> str:
    """A display score, 0–1, in per cent."""
    return f"{score:.0%}"
