"""Template filters for scores."""

from django import template

register = template.Library()


@register.filter
def percent(score: float) -> str:
    """A display score, 0–1, in per cent."""
    return f"{score:.0%}"
