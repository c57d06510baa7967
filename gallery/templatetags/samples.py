"""Template tag for the card that introduces the sample pictures."""

from typing import Any

from django import template
from django.template import Context

from gallery.bulk_import.actions import ImportAction, possible_actions
from gallery.bulk_import.samples import sample_import
from gallery.models import Photo
from gallery.views.samples import DISMISSED_COOKIE

register = template.Library()

# A picture that has one like it among the samples.
EXAMPLE = "poster-jazz.jpg"


@register.inclusion_tag("gallery/photos/_samples_card.html", takes_context=True)
def samples_card(context: Context) -> dict[str, Any]:
    """Render the card while the user has the samples and has not dismissed it."""
    request = context["request"]
    if DISMISSED_COOKIE in request.COOKIES:
        return {}
    job = sample_import(owner=request.user)
    if job is None or ImportAction.UNDO not in possible_actions(job):
        return {}
    photos = Photo.objects.in_timeline_of(request.user).filter(sources__job=job)
    return {
        "csrf_token": context.get("csrf_token"),
        "job": job,
        "count": photos.distinct().count(),
        "example": photos.filter(filename=EXAMPLE).first(),
    }
