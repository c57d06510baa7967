"""Template tags for the upload form and other file inputs."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context

from gallery.access.body_limits import too_large
from gallery.pictures.formats import ACCEPT, FORMAT_NAMES
from gallery.pictures.images import unsupported

register = template.Library()


@register.inclusion_tag("gallery/uploads/_form.html", takes_context=True)
def upload_form(context: Context) -> dict[str, Any]:
    """Render the upload form, with the limits and sentences by which its script refuses files before sending them."""
    limit = settings.MAX_UPLOAD_BYTES
    return {
        "csrf_token": context.get("csrf_token"),
        "album": context.get("shown_album"),
        "max_upload_bytes": limit,
        "too_large": too_large(limit),
        "formats": FORMAT_NAMES,
        "no_picture": unsupported(),
    }


@register.simple_tag
def accepted_files() -> str:
    """Return the `accept` attribute of inputs for pictures."""
    return ACCEPT
