"""Template tag for the neighbours of a photo in search results or in the timeline."""

from dataclasses import dataclass

from django import template
from django.template import RequestContext

from gallery.models import Photo
from search.forms import ResultPageForm
from search.ranking.result_lists import ResultListGone, neighbours_in_list

register = template.Library()


@dataclass(frozen=True)
class Neighbours:
    """The ids of the photos before and after a photo, and the query string of their pages."""

    before: int | None
    after: int | None
    query: str = ""


@register.simple_tag(takes_context=True)
def neighbours(context: RequestContext, photo: Photo, *, later: int | None, earlier: int | None) -> Neighbours:
    """Return the neighbours in the result list of the address, or `later` and `earlier` if there is none."""
    request = context["request"]
    form = ResultPageForm(request.GET)
    if form.is_valid() and (key := form.cleaned_data["list"]):
        try:
            return Neighbours(*neighbours_in_list(key, photo.pk, user=request.user), f"?{request.GET.urlencode()}")
        except ResultListGone:
            pass
    return Neighbours(later, earlier)
