"""The gallery: all photos in the order of their dates, by months."""

import base64
from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.forms import GalleryForm, PortionForm
from gallery.models import Photo
from gallery.timeline import Month, Outline, outline_of, photos_of_month
from gallery.views import PageRequest

# Photos on a page of those who have no scripts, and that come along with the gallery for those who have.
PAGE_SIZE = 60
# Photos that scripts get at once.
PORTION = 60
LONGEST_NAME = 150
YEARS = range(1000, 3000)
MONTHS = range(1, 13)


@require_safe
def show_gallery(request: PageRequest) -> HttpResponse:
    """The outline of all photos, with a page of the month that is asked for or of the latest."""
    form = GalleryForm(request.GET)
    if not form.is_valid():
        raise BadRequest(_("A month is written as in 2023-05, and pages of it are numbered from 1."))
    outline = outline_of(request.user)
    month = _asked_month(form.cleaned_data["month"], outline)
    number = form.cleaned_data["page"] or 1
    begin = (number - 1) * PAGE_SIZE
    photos: list[Photo] = []
    page = None
    if month:
        photos = list(photos_of_month(month.first, user=request.user)[begin : begin + PAGE_SIZE])
        page = Paginator(range(month.count), PAGE_SIZE).get_page(number)
    at = outline.months.index(month) if month else 0
    portion = {"month": month and month.key, "begin": begin, "photos": [tile_data(photo) for photo in photos]}
    context = {
        "outline": _as_json(outline) | portion,
        "months": outline.months,
        "month": month,
        "later": outline.months[at - 1] if at else None,
        "earlier": outline.months[at + 1] if at + 1 < len(outline.months) else None,
        "photos": photos,
        "page": page,
    }
    return render(request, "gallery/photos.html", context)


@require_safe
def send_outline(request: PageRequest) -> JsonResponse:
    """The outline again, after photos came or went."""
    return JsonResponse(_as_json(outline_of(request.user)))


@require_safe
def send_month(request: PageRequest, year: int, month: int) -> JsonResponse:
    """A portion of a month's photos, from the place that is asked for; there is no month without photos."""
    form = PortionForm(request.GET)
    if not (form.is_valid() and year in YEARS and month in MONTHS):
        raise Http404
    begin = form.cleaned_data["begin"] or 0
    first = datetime(year, month, 1)  # noqa: DTZ001 - local time
    photos = list(photos_of_month(first, user=request.user)[begin : begin + PORTION])
    if not photos:
        raise Http404
    return JsonResponse({"photos": [tile_data(photo) for photo in photos]})


def tile_data(photo: Photo) -> dict[str, Any]:
    """What a tile and the lightbox show of a photo."""
    return {
        "id": photo.pk,
        "name": (photo.description or photo.filename)[:LONGEST_NAME],
        "version": photo.thumbnail_version,
        "broken": bool(photo.defect),
        "width": photo.width,
        "height": photo.height,
        "placeholder": base64.b64encode(photo.placeholder).decode(),
    }


def _as_json(outline: Outline) -> dict[str, Any]:
    return {"months": [[month.key, month.count] for month in outline.months], "shapes": outline.shapes}


def _asked_month(key: str, outline: Outline) -> Month | None:
    """The month of that name, or the nearest before it; the latest where none is named."""
    reached = (month for month in outline.months if not key or month.key <= key)
    return next(reached, outline.months[-1] if outline.months else None)
