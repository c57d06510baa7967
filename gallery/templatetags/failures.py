"""A notice of the user's failed photos, for pages that users visit anyway."""

from typing import Any

from django import template

from gallery.processing.failures import count_failed_photos

register = template.Library()


@register.inclusion_tag("gallery/failures/_notice.html", takes_context=True)
def failure_notice(context: dict[str, Any]) -> dict[str, int]:
    """Show how many photos of the user failed, with a link to their page; nothing without any."""
    return {"failed_count": count_failed_photos(user=context["request"].user)}
