"""The trash: list, restore and permanently delete photos, and undo."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from gallery.access import PageRequest
from gallery.access.file_answers import send_file
from gallery.access.message_responses import respond_with_message
from gallery.forms import SelectionForm
from gallery.models import Photo
from gallery.photos.files import original_of, thumbnail_of
from gallery.photos.merging import UndoResult, undo
from gallery.photos.trash import DAYS_IN_TRASH, delete_from_trash, neighbours_in_trash, restore_photos
from gallery.views.selection import selected_photos, valid_form

PAGE_SIZE = 120


@require_safe
def show_trash(request: PageRequest) -> HttpResponse:
    """List the photos in the trash, latest first."""
    photos = Photo.objects.trashed_by(request.user).order_by("-trashed_at", "-pk")
    page = Paginator(photos, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "gallery/photos/trash.html", {"page": page, "days": DAYS_IN_TRASH})


@require_safe
def show_trashed_photo(request: PageRequest, photo_id: int) -> HttpResponse:
    """Show one photo of the trash in full size, between its neighbours there."""
    photo = get_object_or_404(Photo.objects.trashed_by(request.user), pk=photo_id)
    previous, following = neighbours_in_trash(photo, user=request.user)
    context = {"photo": photo, "previous": previous, "following": following, "after": following or previous}
    return render(request, "gallery/photos/trashed_photo.html", context)


@require_safe
def send_trashed_preview(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the large WebP picture of a photo in the trash."""
    photo = get_object_or_404(Photo.objects.trashed_by(request.user), pk=photo_id, thumbnail_version__gt=0)
    return send_file(request, thumbnail_of(photo, size="large"), user=request.user)


@require_safe
def send_trashed_original(request: PageRequest, photo_id: int) -> HttpResponseBase:
    """Send the uploaded bytes of a photo in the trash."""
    photo = get_object_or_404(Photo.objects.trashed_by(request.user), pk=photo_id)
    return send_file(request, original_of(photo), user=request.user)


@require_POST
def restore_all(request: PageRequest) -> HttpResponse:
    """Restore all photos in the trash."""
    return respond_with_message(request, _restored_message(restore_photos(Photo.objects.all(), user=request.user)))


@require_POST
def restore_selected(request: PageRequest) -> HttpResponse:
    """Restore the selected photos, or undo the request made at `moment`."""
    if "moment" in request.POST:
        return respond_with_message(
            request, " · ".join(_undo_messages(undo(_moment(request.POST["moment"]), user=request.user)))
        )
    count = restore_photos(selected_photos(valid_form(request, SelectionForm)), user=request.user)
    return respond_with_message(request, _restored_message(count))


@require_POST
def delete_selected(request: PageRequest) -> HttpResponse:
    """Permanently delete the selected photos."""
    count = delete_from_trash(selected_photos(valid_form(request, SelectionForm)), user=request.user)
    return respond_with_message(request, _deleted_message(count))


@require_POST
def empty_trash(request: PageRequest) -> HttpResponse:
    """Permanently delete all photos in the trash."""
    return respond_with_message(request, _deleted_message(delete_from_trash(Photo.objects.all(), user=request.user)))


def _moment(text: str) -> datetime:
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadRequest(_("Nothing to undo."))
    return moment


def _undo_messages(undone: UndoResult) -> Iterator[str]:
    if undone.restored or not undone.groups:
        yield _restored_message(undone.restored)
    if undone.groups:
        message = ngettext(
            "%(count)d group will be suggested again.",
            "%(count)d groups will be suggested again.",
            undone.groups,
        )
        yield message % {"count": undone.groups}
    if undone.kept_edits:
        message = ngettext(
            "%(count)d kept photo was not changed back: it was edited since, or others were deleted.",
            "%(count)d kept photos were not changed back: they were edited since, or others were deleted.",
            undone.kept_edits,
        )
        yield message % {"count": undone.kept_edits}


def _restored_message(count: int) -> str:
    return ngettext("%(count)d photo restored", "%(count)d photos restored", count) % {"count": count}


def _deleted_message(count: int) -> str:
    message = ngettext("%(count)d photo permanently deleted", "%(count)d photos permanently deleted", count)
    return message % {"count": count}
