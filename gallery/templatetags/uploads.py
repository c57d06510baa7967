"""The form for uploads, on whatever page."""

from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import gettext as _

from gallery.access.body_limits import too_large

register = template.Library()


@register.inclusion_tag("gallery/uploads/_form.html", takes_context=True)
def upload_form(context: Context) -> dict[str, Any]:
    """The form, with what its script needs to refuse a file before it is sent."""
    limit = settings.MAX_UPLOAD_BYTES
    return {
        "csrf_token": context.get("csrf_token"),
        "max_upload_bytes": limit,
        "too_large": too_large(limit),
        "no_picture": _("This file is not a picture that can be read: JPEG, PNG, GIF, WebP, BMP, TIFF, HEIC or AVIF."),
    }
