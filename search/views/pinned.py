"""Pinned searches: the list of them, pinning selected photos to a query, and removing."""

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message
from gallery.forms import SelectionForm
from gallery.models import Photo
from search.evaluation.pinned import TooManyPins, pin_search, pinned_searches
from search.query.parser import MAX_QUERY_LENGTH, parse
from search.query.values import InvalidQuery


class PinForm(SelectionForm):
    """The selected photos, and the query that should find them."""

    query = forms.CharField(label=gettext_lazy("Search"), max_length=MAX_QUERY_LENGTH)


@require_safe
def show_pinned(request: PageRequest) -> HttpResponse:
    """Show the pinned searches of the user with their photos."""
    rows = []
    for pinned in pinned_searches(user=request.user):
        photos = Photo.objects.visible_to(request.user).filter(pk__in=pinned.photos.values("pk"))
        rows.append((pinned, list(photos.order_by("dated_at", "pk"))))
    return render(request, "search/pinned.html", {"rows": rows})


@require_POST
def pin(request: PageRequest) -> HttpResponse:
    """Pin the selected photos to the posted query."""
    form = PinForm(request.POST)
    if not form.is_valid():
        name, errors = next(iter(form.errors.items()))
        raise BadRequest(f"{form[name].label}: {errors[0]}")
    try:
        parse(form.cleaned_data["query"])
        count = pin_search(form.cleaned_data["query"], form.cleaned_data["photo"], user=request.user)
    except (InvalidQuery, TooManyPins) as error:
        raise BadRequest(str(error)) from error
    if not count:
        raise BadRequest(_("Nothing was pinned: these photos are pinned to this search already, or deleted."))
    message = ngettext("Pinned %(count)d photo to “%(query)s”", "Pinned %(count)d photos to “%(query)s”", count)
    return respond_with_message(request, message % {"count": count, "query": form.cleaned_data["query"]})


@require_POST
def unpin(request: PageRequest, pinned_id: int) -> HttpResponse:
    """Remove a pinned search, but none of its photos."""
    get_object_or_404(pinned_searches(user=request.user), pk=pinned_id).delete()
    return redirect("search:pinned")
