"""Template tag for the page of a photo that was opened from the results of a search."""

from dataclasses import dataclass

from django import template
from django.template import RequestContext

from gallery.models import Photo
from search.forms import ResultPageForm
from search.ranking.result_lists import ResultListGone, neighbours_in_list

register = template.Library()


@dataclass(frozen=True)
class Beside:
    """The photos before and after another one, and the query string that their pages have."""

    before: int | None
    after: int | None
    query: str = ""


@register.simple_tag(takes_context=True)
def beside(context: RequestContext, photo: Photo, *, later: int | None, earlier: int | None) -> Beside:
    """The neighbours of `photo` in the results that the address names; without such a list those in the timeline."""
    request = context["request"]
    form = ResultPageForm(request.GET)
    if form.is_valid() and (key := form.cleaned_data["list"]):
        try:
            return Beside(*neighbours_in_list(key, photo.pk, user=request.user), f"?{request.GET.urlencode()}")
        except ResultListGone:
            pass
    return Beside(later, earlier)
