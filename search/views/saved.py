"""Actions on saved and recent searches, in the side bar of the search page."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.access import PageRequest
from search.forms import SavedSearchForm, SearchForm
from search.saved import TooManySavedSearches, clear_recent_searches, save_search, saved_searches


@require_POST
def save(request: PageRequest) -> HttpResponse:
    """Save the search at the posted address under a name, and show it again.

    The Undo button of a deletion has both in its address.
    """
    form = SavedSearchForm(request.POST if "name" in request.POST else request.GET)
    if not form.is_valid():
        messages.error(request, _("Enter a name of at most 100 characters."))
        return _back(request)
    try:
        save_search(form.cleaned_data["name"], user=request.user, address=_address(request))
    except TooManySavedSearches as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Saved under “%(name)s”.") % form.cleaned_data)
    return _back(request)


@require_POST
def delete(request: PageRequest, saved_id: int) -> HttpResponse:
    """Delete a saved search, but none of its photos."""
    saved = get_object_or_404(saved_searches(user=request.user), pk=saved_id)
    saved.delete()
    undo = f"{reverse('search:save')}?{urlencode({'name': saved.name, 'address': saved.address})}"
    messages.success(request, _("Saved search “%(name)s” deleted.") % {"name": saved.name}, extra_tags=undo)
    return _back(request)


@require_POST
def clear_recent(request: PageRequest) -> HttpResponse:
    """Delete the list of recent searches."""
    clear_recent_searches(user=request.user)
    # Showing the results again would record that search.
    return redirect("search:search")


def _address(request: PageRequest) -> str:
    """Return the posted query string, reduced to the fields of the search form."""
    form = SearchForm(QueryDict(request.POST.get("address", request.GET.get("address", ""))))
    return form.address() if form.is_valid() else ""


def _back(request: PageRequest) -> HttpResponse:
    return redirect(f"{reverse('search:search')}?{_address(request)}")
