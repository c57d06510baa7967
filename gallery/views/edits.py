"""Change dates and places by hand, of one photo or of the selection, and undo it."""

from collections import Counter
from collections.abc import Callable, Iterator

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import get_language, ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.message_responses import respond_with_message, wants_json
from gallery.forms import SelectionForm
from gallery.models import Photo, PhotoQuerySet
from gallery.photos.edit_forms import DateForm, PlaceForm
from gallery.photos.placing import find_spots
from gallery.photos.statements import EditOutcome, EditUndone, Skipped, apply_statement, undo_edit
from gallery.photos.time_zones import current_offset, find_zones
from gallery.views.photos import photo_page
from gallery.views.selection import gone_message, revert_address, selected_photos, valid_form

LIMIT = 8
MAX_QUERY = 200


@require_POST
def edit_photo_date(request: PageRequest, photo_id: int) -> HttpResponse:
    """Set, shift, clear or reset the date of a photo."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    form = DateForm(request.POST, photo=photo)
    return _edit(request, form, Photo.objects.filter(pk=photo_id)) or photo_page(request, photo, date_form=form)


@require_POST
def edit_photo_place(request: PageRequest, photo_id: int) -> HttpResponse:
    """Set, clear or reset the place of a photo."""
    photo = Photo.objects.get_visible_or_404(photo_id, user=request.user)
    form = PlaceForm(request.POST, photo=photo)
    return _edit(request, form, Photo.objects.filter(pk=photo_id)) or photo_page(request, photo, place_form=form)


@require_POST
def edit_selection_dates(request: PageRequest) -> HttpResponse:
    """Set, shift, clear or reset the dates of the selected photos."""
    return _edit_selection(request, DateForm(request.POST))


@require_POST
def edit_selection_places(request: PageRequest) -> HttpResponse:
    """Set, clear or reset the places of the selected photos."""
    return _edit_selection(request, PlaceForm(request.POST))


@require_POST
def undo_photo_edit(request: PageRequest, edit_id: int) -> HttpResponse:
    """Undo an edit of the user."""
    undone = undo_edit(edit_id, user=request.user)
    if undone is None:
        raise Http404
    return respond_with_message(request, " · ".join(_undone_messages(undone)))


@require_safe
def suggest_zones(request: PageRequest) -> JsonResponse:
    """Send the time zones that the text in `q` may mean, with their current offsets."""
    options = [{"value": name, "note": current_offset(name)} for name in find_zones(_query(request), limit=LIMIT)]
    return JsonResponse({"options": options})


@require_safe
def suggest_places(request: PageRequest) -> JsonResponse:
    """Send the places that the text in `q` may mean."""
    spots = find_spots(_query(request), language=get_language(), limit=LIMIT)
    return JsonResponse({"options": [{"value": spot.text} for spot in spots]})


def _query(request: PageRequest) -> str:
    return request.GET.get("q", "")[:MAX_QUERY]


def _edit_selection(request: PageRequest, form: DateForm | PlaceForm) -> HttpResponse:
    selection = valid_form(request, SelectionForm)
    answer = _edit(request, form, selected_photos(selection), gone=gone_message(selection))
    if answer is None:
        raise BadRequest(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return answer


def _edit(
    request: PageRequest, form: DateForm | PlaceForm, photos: PhotoQuerySet, *, gone: str = ""
) -> HttpResponse | None:
    """Apply a form to `photos`. Return None for a page that has to show the form's errors.

    Raises BadRequest if all photos are gone.
    """
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400) if wants_json(request) else None
    outcome = apply_statement(photos, user=request.user, statement=form.statement())
    if not outcome.count and not outcome.skipped:
        raise BadRequest(gone)
    message = " · ".join(_outcome_messages(outcome, form.saved_message))
    return respond_with_message(request, message, revert=revert_address(outcome))


def _outcome_messages(outcome: EditOutcome, saved: Callable[[int], str]) -> Iterator[str]:
    if outcome.count:
        yield saved(outcome.count)
    yield from skipped_messages(outcome.skipped)


def skipped_messages(skipped: Counter[Skipped]) -> Iterator[str]:
    """Yield why photos were left out."""
    if count := skipped[Skipped.UNDATED]:
        message = ngettext(
            "%(count)d photo without a date was left out",
            "%(count)d photos without a date were left out",
            count,
        )
        yield message % {"count": count}
    if count := skipped[Skipped.OUT_OF_RANGE]:
        message = ngettext(
            "%(count)d photo was left out: its date would be before the year 1000 or after 2999",
            "%(count)d photos were left out: their dates would be before the year 1000 or after 2999",
            count,
        )
        yield message % {"count": count}


def _undone_messages(undone: EditUndone) -> Iterator[str]:
    if undone.restored or not undone.kept:
        message = ngettext("Undone for %(count)d photo", "Undone for %(count)d photos", undone.restored)
        yield message % {"count": undone.restored}
    if undone.kept:
        message = ngettext(
            "%(count)d photo was left as it is: it was edited since",
            "%(count)d photos were left as they are: they were edited since",
            undone.kept,
        )
        yield message % {"count": undone.kept}
