"""The gallery: all photos by date, in months."""

import base64
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.access.fields import MAX_NUMBER
from gallery.forms import GalleryForm, PortionForm
from gallery.models import Photo
from gallery.photos.timeline import Month, Outline, Portion, outline_of, portion_of

# Photos on a page without scripts; with scripts, photos in the first response.
PAGE_SIZE = 60
# Photos per request of scripts.
PORTION = 60
LONGEST_NAME = 150
YEARS = range(1000, 3000)
MONTHS = range(1, 13)


@require_safe
def show_gallery(request: PageRequest) -> HttpResponse:
    """Show the outline of all photos and a page of the requested or latest month."""
    form = GalleryForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("Invalid month or page. Months are written like 2023-05, pages start at 1."))
    outline = outline_of(request.user)
    month = _requested_month(form.cleaned_data["month"], outline)
    number = form.cleaned_data["page"] or 1
    begin = (number - 1) * PAGE_SIZE
    portion = Portion([], [])
    page = None
    if month:
        portion = portion_of(month.first, begin=begin, size=PAGE_SIZE, newest=outline.newest, user=request.user)
        page = Paginator(range(month.count), PAGE_SIZE).get_page(number)
    at = outline.months.index(month) if month else 0
    is_first = at == begin == 0
    context = {
        "outline": _outline_json(outline) | {"portion": _portion_json(portion) if is_first else None},
        "months": outline.months,
        "month": month,
        "later": outline.months[at - 1] if at else None,
        "earlier": outline.months[at + 1] if at + 1 < len(outline.months) else None,
        "photos": portion.photos[: max(0, month.count - begin)] if month else [],
        "page": page,
    }
    return render(request, "gallery/photos/timeline.html", context)


@require_safe
def send_outline(request: PageRequest) -> JsonResponse:
    """Send the current outline as JSON."""
    return JsonResponse(_outline_json(outline_of(request.user)))


@require_safe
def send_portion(request: PageRequest, year: int, month: int) -> JsonResponse:
    """Send a portion of the timeline as JSON, starting at a position in a month."""
    form = PortionForm(request.GET)
    if not (form.is_valid() and year in YEARS and month in MONTHS):
        raise Http404
    begin, newest = form.cleaned_data["begin"] or 0, form.cleaned_data["newest"]
    first = datetime(year, month, 1)  # noqa: DTZ001 - local time
    portion = portion_of(
        first, begin=begin, size=PORTION, newest=MAX_NUMBER if newest is None else newest, user=request.user
    )
    return JsonResponse(_portion_json(portion))


def tile_data(photo: Photo) -> dict[str, Any]:
    """Return a photo's data for tiles and the lightbox."""
    return {
        "id": photo.pk,
        "name": (photo.description or photo.filename)[:LONGEST_NAME],
        "version": photo.thumbnail_version,
        "broken": bool(photo.defect),
        "width": photo.width,
        "height": photo.height,
        "animation": photo.animation,
        "placeholder": base64.b64encode(photo.placeholder).decode(),
    }


def _outline_json(outline: Outline) -> dict[str, Any]:
    return {"months": _months_json(outline.months), "shapes": outline.shapes, "newest": outline.newest}


def _portion_json(portion: Portion) -> dict[str, Any]:
    return {"months": _months_json(portion.months), "photos": [tile_data(photo) for photo in portion.photos]}


def _months_json(months: list[Month]) -> list[list[str | int]]:
    return [[month.key, month.count] for month in months]


def _requested_month(key: str, outline: Outline) -> Month | None:
    """Return the month `key`, or the nearest earlier one; the latest month if `key` is empty."""
    reached = (month for month in outline.months if not key or month.key <= key)
    return next(reached, outline.months[-1] if outline.months else None)
