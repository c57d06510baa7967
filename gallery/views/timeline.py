"""Photos by date: the gallery, and the parts of pages that show other scopes."""

import base64
from datetime import datetime
from itertools import takewhile
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gallery.access import PageRequest
from gallery.access.fields import MAX_NUMBER
from gallery.forms import GalleryForm, OutlineForm, PortionForm, ShapesForm
from gallery.models import Album, Photo
from gallery.photos.scopes import Scope, View
from gallery.photos.timeline import Month, Outline, Portion, Shapes, outline_of, place_of, portion_of, shapes_of

# Photos on a page without scripts; with scripts, photos in the first response.
PAGE_SIZE = 60
# Photos per request of scripts.
PORTION = 60
# Shapes that come with an outline: those around the requested place.
SHAPES_WITH_OUTLINE = 2000
LONGEST_NAME = 150
YEARS = range(1000, 3000)
MONTHS = range(1, 13)


class ScopeForm(forms.Form):
    """A set of photos by date: a view, or an album."""

    view = forms.ChoiceField(choices=[(view.value, view.name) for view in View], required=False)
    album = forms.IntegerField(required=False, min_value=1, max_value=MAX_NUMBER)


@require_safe
def show_gallery(request: PageRequest) -> HttpResponse:
    """Show the outline of all photos and a page of the requested or latest month."""
    return render(
        request, "gallery/photos/timeline.html", timeline_context(Scope(), query=request.GET, user=request.user)
    )


def timeline_context(scope: Scope, *, query: QueryDict, user: User) -> dict[str, Any]:
    """Return the context of templates that extend gallery/photos/timeline.html, or include its _timeline.html.

    `query` may contain a month and a page, or a photo to open the timeline at.
    Raises BadRequest if they are invalid, and Http404 if `user` does not see the photo.
    """
    form = GalleryForm(query)
    if not form.is_valid():
        raise BadRequest(_("Invalid month or page. Months are written like 2023-05, pages start at 1."))
    photo_id = form.cleaned_data["photo"]
    archived = photo_id if _is_archived(photo_id, scope=scope, user=user) else None
    target = None if archived else _target(photo_id, scope=scope, user=user)
    outline = outline_of(scope, user=user)
    month = _requested_month(target["month"] if target else form.cleaned_data["month"], outline)
    number = target["place"] // PAGE_SIZE + 1 if target else form.cleaned_data["page"] or 1
    begin = (number - 1) * PAGE_SIZE
    portion = Portion([], [])
    page = None
    if month:
        portion = portion_of(month.first, begin=begin, size=PAGE_SIZE, newest=outline.newest, scope=scope, user=user)
        page = Paginator(range(month.count), PAGE_SIZE).get_page(number)
    at = outline.months.index(month) if month else 0
    is_first = at == begin == 0
    first_photos = {"portion": _portion_json(portion) if is_first else None, "target": target}
    place = target["place"] if target else begin
    return {
        "outline": _outline_json(outline, month=month, place=place, scope=scope, user=user) | first_photos,
        "archived": archived,
        "scope": scope,
        "link_query": scope.query,
        "months": outline.months,
        "month": month,
        "later": outline.months[at - 1] if at else None,
        "earlier": outline.months[at + 1] if at + 1 < len(outline.months) else None,
        "photos": portion.photos[: max(0, month.count - begin)] if month else [],
        "page": page,
    }


def requested_scope(query: QueryDict, *, user: User) -> Scope:
    """Return the scope in a query string. Raises Http404 if it is invalid, or names an album of another user."""
    form = ScopeForm(query)
    if not form.is_valid():
        raise Http404
    album = form.cleaned_data["album"]
    return Scope(View(form.cleaned_data["view"]), Album.objects.get_visible_or_404(album, user=user) if album else None)


@require_safe
def send_outline(request: PageRequest) -> JsonResponse:
    """Send the current outline as JSON, with the shapes around a place in a month."""
    form = OutlineForm(request.GET)
    if not form.is_valid():
        raise Http404
    scope = requested_scope(request.GET, user=request.user)
    outline = outline_of(scope, user=request.user)
    month = _requested_month(form.cleaned_data["month"], outline)
    place = form.cleaned_data["place"] or 0
    return JsonResponse(_outline_json(outline, month=month, place=place, scope=scope, user=request.user))


@require_safe
def send_shapes(request: PageRequest, year: int, month: int) -> JsonResponse:
    """Send the shapes and days of consecutive photos as JSON, starting at a position in a month."""
    form = ShapesForm(request.GET)
    if not (form.is_valid() and year in YEARS and month in MONTHS):
        raise Http404
    newest = form.cleaned_data["newest"]
    shapes = shapes_of(
        datetime(year, month, 1),  # noqa: DTZ001 - local time
        begin=form.cleaned_data["begin"] or 0,
        size=form.cleaned_data["size"],
        newest=MAX_NUMBER if newest is None else newest,
        scope=requested_scope(request.GET, user=request.user),
        user=request.user,
    )
    return JsonResponse(_shapes_json(shapes))


@require_safe
def send_portion(request: PageRequest, year: int, month: int) -> JsonResponse:
    """Send a portion of the timeline as JSON, starting at a position in a month."""
    form = PortionForm(request.GET)
    if not (form.is_valid() and year in YEARS and month in MONTHS):
        raise Http404
    begin, newest = form.cleaned_data["begin"] or 0, form.cleaned_data["newest"]
    portion = portion_of(
        datetime(year, month, 1),  # noqa: DTZ001 - local time
        begin=begin,
        size=PORTION,
        newest=MAX_NUMBER if newest is None else newest,
        scope=requested_scope(request.GET, user=request.user),
        user=request.user,
    )
    return JsonResponse(_portion_json(portion))


def tile_data(photo: Photo) -> dict[str, Any]:
    """Return a photo's data for tiles and the lightbox."""
    return {
        "id": photo.pk,
        "day": f"{photo.dated_at:%Y-%m-%d}",
        "name": (photo.description or photo.filename)[:LONGEST_NAME],
        "version": photo.thumbnail_key,
        "broken": bool(photo.defect),
        "stars": photo.importance,
        "width": photo.width,
        "height": photo.height,
        "animation": photo.animation,
        "placeholder": base64.b64encode(photo.placeholder).decode(),
        **({"rotation": photo.rotation, "turn": photo.turn} if photo.rotation or photo.turn else {}),
    }


def _outline_json(outline: Outline, *, month: Month | None, place: int, scope: Scope, user: User) -> dict[str, Any]:
    """Return the outline for scripts, with the shapes around a place in `month`."""
    begin, around = _shapes_around(outline, month=month, place=place, scope=scope, user=user)
    return {
        # Days and their counts alternate, which takes less space than pairs.
        "months": [
            [month.key, month.count, [number for day in month.days for number in day]] for month in outline.months
        ],
        "newest": outline.newest,
        "begin": begin,
        **_shapes_json(around),
    }


def _shapes_around(
    outline: Outline, *, month: Month | None, place: int, scope: Scope, user: User
) -> tuple[int, Shapes]:
    """Return the shapes around a place in `month`, and the position of the first of them in the whole timeline."""
    before = sum(later.count for later in takewhile(lambda other: other != month, outline.months))
    middle = before + min(place, month.count - 1 if month else 0)
    begin = max(0, middle - SHAPES_WITH_OUTLINE // 2)
    first = 0
    for containing in outline.months:
        if first + containing.count > begin:
            shapes = shapes_of(
                containing.first,
                begin=begin - first,
                size=SHAPES_WITH_OUTLINE,
                newest=outline.newest,
                scope=scope,
                user=user,
            )
            return begin, shapes
        first += containing.count
    return 0, Shapes([], "")


def _shapes_json(shapes: Shapes) -> dict[str, Any]:
    return {"days": shapes.days, "shapes": shapes.shapes}


def _portion_json(portion: Portion) -> dict[str, Any]:
    return {
        "months": [[month.key, month.count] for month in portion.months],
        "photos": [tile_data(photo) for photo in portion.photos],
    }


def _is_archived(photo_id: int | None, *, scope: Scope, user: User) -> bool:
    """Return whether the timeline lacks the requested photo because it is archived."""
    if photo_id is None or scope != Scope():
        return False
    return Scope(View.ARCHIVE).photos(user=user).filter(pk=photo_id).exists()


def _target(photo_id: int | None, *, scope: Scope, user: User) -> dict[str, Any] | None:
    """Return the place of the photo at which the timeline opens."""
    if not photo_id:
        return None
    photo = get_object_or_404(scope.photos(user=user), pk=photo_id)
    month, place = place_of(photo, scope=scope, user=user)
    return {"photo": photo.pk, "month": month, "place": place}


def _requested_month(key: str, outline: Outline) -> Month | None:
    """Return the month `key`, or the nearest earlier one; the latest month if `key` is empty."""
    reached = (month for month in outline.months if not key or month.key <= key)
    return next(reached, outline.months[-1] if outline.months else None)
